import type { CommandInput, Place } from '#contract'
import type { FindContinuation } from '../ledger/continuations.ts'
import type { CommandCatalog } from './catalog.ts'

/** "Thanks!" and "looks good" are talk; an instruction takes a few words more. */
const FEWEST_WORDS = 3

/**
 * Plain words in the thread of a message that says what they mean. A line that names a command stays that command, and one that begins with a
 * slash or nearly names one is answered as a mistyped command.
 */
export async function continued(asked: {
  readonly typed: CommandInput
  readonly place: Place | null
  readonly catalog: CommandCatalog
  readonly find: FindContinuation
}): Promise<CommandInput> {
  const { typed, place, catalog, find } = asked
  if (typeof typed !== 'string' || !place?.thread) return typed
  const words = typed.trim()
  if (words.startsWith('/') || words.split(/\s+/).length < FEWEST_WORDS) return typed
  const resolved = catalog.resolve(words)
  if (resolved.kind !== 'unknown' || resolved.nearest.length > 0) return typed
  const line = await find(place)
  if (line === null) return typed
  // Words that begin like an option are words.
  return /^[-—–]/.test(words) ? `${line} -- ${words}` : `${line} ${words}`
}
