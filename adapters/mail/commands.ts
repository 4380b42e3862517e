import type { Catalog } from '#contract'
import type { Heard } from './parse.ts'
import { ownWords } from './quotes.ts'

const COMMAND = /^\/[a-z]/i
const MAX_CHARACTERS = 60_000

/**
 * The command of a mail: its subject when that begins with a slash ("Re: /story" is an answer, not a command), else its text. Below a subject
 * stands what the command is about, for commands that take text; for others it is only what programs and people add.
 */
export function commandOf(
  { subject, text }: Pick<Heard, 'subject' | 'text'>,
  catalog: Pick<Catalog, 'match'>,
): string | null {
  const own = ownWords(text).slice(0, MAX_CHARACTERS)
  if (COMMAND.test(subject)) {
    const line = subject.slice(1)
    return takesText(line, catalog) && own !== '' ? `${line}\n\n${own}` : line
  }
  if (!COMMAND.test(own)) return null
  const [first = ''] = own.split('\n')
  return (takesText(first.slice(1), catalog) ? own : first).slice(1)
}
function takesText(line: string, catalog: Pick<Catalog, 'match'>): boolean {
  return catalog.match(line)?.fields.some(({ rest }) => rest) ?? false
}
