import type { Definition } from './schema.ts'

/** A circle in `needs`, first step again at the end, or null. */
export function findCycle(
  steps: Readonly<Record<string, { readonly needs: readonly string[] }>>,
): readonly string[] | null {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (id: string): readonly string[] | null => {
    if (done.has(id)) return null
    const at = path.indexOf(id)
    if (at >= 0) return [...path.slice(at), id]
    path.push(id)
    for (const need of steps[id]?.needs ?? []) {
      const cycle = visit(need)
      if (cycle) return cycle
    }
    path.pop()
    done.add(id)
    return null
  }
  for (const id of Object.keys(steps)) {
    const cycle = visit(id)
    if (cycle) return cycle
  }
  return null
}

/** Every step that must have ended before this one can start. */
export function ancestorsOf(definition: Definition, id: string): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (one: string): void => {
    for (const need of definition.steps[one]?.needs ?? []) {
      if (found.has(need)) continue
      found.add(need)
      visit(need)
    }
  }
  visit(id)
  return found
}
/** A step and everything that needs it, directly or not. */
export function descendantsOf(definition: Definition, id: string): ReadonlySet<string> {
  const found = new Set([id])
  for (let grown = true; grown; ) {
    grown = false
    for (const [one, step] of Object.entries(definition.steps)) {
      if (found.has(one) || !step.needs.some((need) => found.has(need))) continue
      found.add(one)
      grown = true
    }
  }
  return found
}
