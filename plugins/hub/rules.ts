import type { Binding, Bindings, Context, Json } from '#contract'
import { plainName } from './text.ts'

/** Rules as `hub bind --rules` takes them, in words; what does not restrict anything is left out. */
export function rulesText(rules: Json): string {
  if (typeof rules !== 'object' || rules === null || Array.isArray(rules)) return ''
  return Object.entries(rules)
    .flatMap(([name, value]) => {
      const words = wordsOf(value)
      return words === '' ? [] : [`${name} ${words}`]
    })
    .map(plainName)
    .join(', ')
}
function wordsOf(value: Json): string {
  if (value === null || value === false) return ''
  if (Array.isArray(value)) return value.map(wordsOf).join(' or ')
  return typeof value === 'object' ? Object.values(value).map(wordsOf).join(' ') : String(value)
}

/** Trackers of the project that the place of a call belongs to, oldest first. */
export async function trackersHere(
  bindings: Bindings,
  { workspace, place }: Pick<Context, 'workspace' | 'place'>,
): Promise<readonly Binding[]> {
  if (place === null) return []
  const project = await bindings.projectAt(workspace, place.plugin, place.channel)
  return project === null ? [] : bindings.list(workspace, { project, kind: 'tracker' })
}
