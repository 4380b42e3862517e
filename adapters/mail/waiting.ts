import { domainOf } from './address.ts'
import type { Letter } from './inbound.ts'
import { parseMail } from './parse.ts'
import type { Position } from './store.ts'

/** A mail whose sender's DNS did not answer, to be read again. */
export type Waiting = Position['later'][number]

const MOST_WAITING = 100
const MOST_OF_ONE = 20

/** One more waits. Where there are too many, the oldest of whoever has most is dropped: a flood pushes out nobody's mails but its own. */
export function admit(
  waiting: readonly Waiting[],
  one: Waiting,
): { readonly waiting: Waiting[]; readonly dropped: Waiting | null } {
  const all = [...waiting, one]
  const counts = new Map<string, number>()
  for (const { from } of all) counts.set(from, (counts.get(from) ?? 0) + 1)
  const most = Math.max(...counts.values())
  if (all.length <= MOST_WAITING && most <= MOST_OF_ONE) return { waiting: all, dropped: null }
  const [dropped = one] = all
    .filter(({ from }) => counts.get(from) === most)
    .sort((a, b) => a.sinceMs - b.sinceMs || a.uid - b.uid)
  return { waiting: all.filter((other) => other !== dropped), dropped }
}
/** Whose mail it says it is: the end of the author's domain, below which its owner can have as many names as they like. */
export async function senderOf({ raw }: Letter): Promise<string> {
  const heard = await parseMail(raw).catch(() => null)
  return heard?.from ? domainOf(heard.from.address).split('.').slice(-2).join('.') : ''
}
