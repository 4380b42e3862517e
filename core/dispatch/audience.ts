import type { Command, Context, Person, Place, Source, Visibility } from '#contract'

const WIDTH: Readonly<Record<Visibility, number>> = { private: 0, team: 1, public: 2 }
/** What a later version or another adapter writes is as wide as can be. */
const widthOf = (visibility: string | undefined): number => WIDTH[visibility as Visibility] ?? WIDTH.public

/** Who would read an answer, in words, and a key that tells audiences apart. */
export interface Audience {
  readonly who: string
  readonly key: string
}
/** Key of whatever is outside the hub. */
export const OUTSIDE = 'outside'
type Where = Pick<Place, 'plugin' | 'workspace' | 'channel' | 'visibility'>

/**
 * The audience a source would newly reach at a place, or null when nobody new reads it there. Two private places have different readers, so one
 * counts as wider than the other. `to` is null for what leaves the hub: its readers are not known, which counts as the widest.
 */
export function newAudience(source: Where | null, to: Where | null): Audience | null {
  if (!source) return null
  if (!to)
    return widthOf(source.visibility) < WIDTH.public ? { who: 'everybody who can see it there', key: OUTSIDE } : null
  const isSame = source.plugin === to.plugin && source.workspace === to.workspace && source.channel === to.channel
  if (isSame) return null
  const [from, wide] = [widthOf(source.visibility), widthOf(to.visibility)]
  if (wide < from || (wide === from && from > WIDTH.private)) return null
  const key = JSON.stringify([to.plugin, to.workspace, to.channel])
  if (wide === WIDTH.private) return { who: 'everybody in this private conversation', key }
  return wide === WIDTH.team
    ? { who: 'everybody in this channel, and whoever may join it', key }
    : { who: 'everybody who finds this place, also outside your organisation', key }
}

/** What stands between a command's answer and its readers. */
export type Guarded =
  | { readonly kind: 'open' }
  | { readonly kind: 'ask'; readonly question: string; readonly audience: Audience }
  | { readonly kind: 'refuse'; readonly source: Source; readonly audience: Audience }

export function guard(
  command: Pick<Command, 'sideEffects' | 'private' | 'name'>,
  source: Source | null,
  ctx: Context,
  person: Person,
): Guarded {
  if (!source) return { kind: 'open' }
  const isAuthor = source.author.key === `${person.account.plugin}:${person.account.id}`
  if (command.private && isAuthor) return { kind: 'open' }
  const isOutside = command.sideEffects === 'outside'
  // Work that answers nobody shows nothing.
  if (!isOutside && !ctx.place) return { kind: 'open' }
  const audience = newAudience(source.place, isOutside ? null : ctx.place)
  if (!audience) return { kind: 'open' }
  if (!isAuthor) return { kind: 'refuse', source, audience }
  const question = `${source.what} was written in a ${source.place?.visibility === 'private' ? 'private conversation' : 'place for your team'}. \`/${command.name}\` would show it to ${audience.who}. Show it?`
  return { kind: 'ask', question, audience }
}
