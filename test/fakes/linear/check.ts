/** Kept apart from the adapter's own figure: far more than any comment of the hub. */
const MOST = 65_536

export function checkComment(body: unknown): string[] {
  if (typeof body !== 'string') return ['body is no text']
  if (body.trim() === '') return ['body must not be empty']
  return body.length > MOST ? [`body is too long (${body.length})`] : []
}
export interface ReadComment {
  /** What a reader sees, markup and escaping gone. */
  readonly words: string
  readonly mentions: readonly string[]
  readonly links: readonly string[]
}
const ESCAPED = /\\([!-/:-@[-`{-~])/g

/** Reads Linear's Markdown as far as our comments use it. In code nothing mentions or links; the address of a profile mentions wherever it stands. */
export function readComment(body: string): ReadComment {
  const words: string[] = []
  const prose: string[] = []
  let ticks: string | null = null
  for (const line of body.split('\n')) {
    const fence = /^(`{3,})([\w+-]*)$/.exec(line)
    if (ticks === null && fence?.[1]) ticks = fence[1]
    else if (ticks !== null && line === ticks) ticks = null
    else if (ticks !== null) words.push(line)
    else {
      words.push(decode(line))
      prose.push(withoutCode(line))
    }
  }
  const said = prose.join('\n').replace(ESCAPED, (_, sign: string) => (sign === '@' ? '@' : ' '))
  return {
    words: words.join('\n'),
    mentions: [
      ...said.matchAll(/(?<![\w`.@])@[a-z\d][\w-]*/gi),
      ...prose.join('\n').matchAll(/https?:\/\/\S*\/profiles\/\S+/gi),
    ].map(([found]) => found),
    links: [...prose.join('\n').matchAll(/(?<!\\)\]\(([^()\s]+)\)|<([a-z][a-z\d+.-]*:[^<>\s]+)>/gi)].map(
      (m) => m[1] ?? m[2] ?? '',
    ),
  }
}
function withoutCode(line: string): string {
  return line.replace(/(?<![\\`])(`+)(?!`)(?:(?!\1(?!`)).)*?(?<!`)\1(?!`)/g, ' ')
}
function decode(line: string): string {
  return line
    .replace(/^\+\+\+ ?/, '')
    .replace(ESCAPED, '$1')
    .replaceAll('\u200b', '')
}
