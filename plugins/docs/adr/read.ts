import { HubError, type Place, type Said, type Threads } from '#contract'
import type { Message } from './draft.ts'

const MESSAGES = 120
const CHARACTERS = 40_000
/** Lines that ask the hub for the record are no part of what it records. */
const ASKS = /^(?:@\S+\s+)?\/?docs\s+adr\b/i
const HOW =
  'paste it: `/docs adr <title>`, then one message a line, such as `Ada: We use PostgreSQL because we run it already.`'

/** What was said: below the title where it was pasted, else in the conversation that the command was typed in. */
export async function readMessages(
  pasted: string,
  place: Place | null,
  reader: Threads | null,
  signal: AbortSignal,
): Promise<readonly Message[]> {
  if (pasted.trim() !== '') return bounded(pasted.split(/\n+/).map(pastedMessage))
  if (!place || !reader) throw new HubError('INPUT_INVALID', `The hub cannot read the conversation here: ${HOW}`)
  const said = (await reader.read(place, signal)).filter(({ text }) => text.trim() !== '' && !ASKS.test(text.trim()))
  if (said.length === 0)
    throw new HubError(
      'INPUT_INVALID',
      `There is nothing to read here: write it in the thread of the decision, or ${HOW}`,
    )
  return bounded(said.map(messageOf))
}
const messageOf = ({ author, text, atMs, url }: Said): Message => ({
  author,
  text,
  day: atMs > 0 ? new Date(atMs).toISOString().slice(0, 10) : null,
  url,
})
function pastedMessage(line: string): Message {
  const [, author, text] = /^\s*([\p{L}][\p{L}\p{N} ._-]{0,40}):\s+(\S.*)$/u.exec(line) ?? []
  const isName = author !== undefined && !/^(?:decision|entscheidung|agreed)$/i.test(author.trim())
  return { author: isName ? author.trim() : 'Pasted', text: isName ? (text ?? '') : line.trim(), day: null, url: null }
}
/** The end of a long conversation: that is where it is decided. */
function bounded(messages: readonly Message[]): readonly Message[] {
  const kept: Message[] = []
  let size = 0
  for (const message of messages.filter(({ text }) => text !== '').toReversed()) {
    size += message.text.length
    if (kept.length === MESSAGES || (size > CHARACTERS && kept.length > 0)) break
    kept.unshift({ ...message, text: message.text.slice(0, CHARACTERS) })
  }
  return kept
}
