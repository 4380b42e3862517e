import type { Shape } from './types.ts'

/** Overloads, and the two halves of a property, are one thing in as many lines. */
export function merged<Kind extends Shape>(shapes: readonly Kind[]): Kind[] {
  const byName = new Map<string, Kind>()
  for (const shape of shapes) {
    const known = byName.get(shape.name)
    byName.set(shape.name, known ? joined(known, shape) : shape)
  }
  return [...byName.values()]
}
export function joined<Kind extends Shape>(first: Kind, next: Kind): Kind {
  return {
    ...first,
    signature: `${first.signature}\n${next.signature}`,
    about: first.about || next.about,
    // Only where every form of it is deprecated, it is.
    deprecated: first.deprecated === null || next.deprecated === null ? null : first.deprecated || next.deprecated,
    parameters: [...new Set([...first.parameters, ...next.parameters])],
  }
}
