/** GitHub's own figures, kept apart from the adapter's: https://docs.github.com/en/rest/issues/comments */
const MOST = 65_536

export function checkComment(body: unknown): string[] {
  if (typeof body !== 'string') return ['body is no text']
  if (body.trim() === '') return ["body can't be blank"]
  return body.length > MOST ? [`body is too long (maximum is ${MOST} characters)`] : []
}

export interface ReadComment {
  /** What a reader sees, markup and escaping gone. */
  readonly words: string
  readonly mentions: readonly string[]
  readonly links: readonly string[]
}
const TAGS = /(?<!\\)<\/?(?:details|summary|sub|br)>/g
const ESCAPED = /\\([!-/:-@[-`{-~])/g

/** Reads GitHub's Markdown as far as our comments use it. In code nothing mentions or links. */
export function readComment(body: string): ReadComment {
  const words: string[] = []
  const prose: string[] = []
  let ticks: string | null = null
  for (const line of body.replace(/<!--[\s\S]*?-->/g, '').split('\n')) {
    const fence = /^(`{3,})([\w+-]*)$/.exec(line)
    if (ticks === null && fence?.[1]) ticks = fence[1]
    else if (ticks !== null && line === ticks) ticks = null
    else if (ticks !== null) words.push(line)
    else {
      words.push(decode(line))
      prose.push(withoutCode(line))
    }
  }
  const said = prose
    .map((line) => line.replace(ESCAPED, (_, sign: string) => (sign === '@' ? '@' : ' ')).replace(TAGS, ' '))
    .join('\n')
  return {
    words: words.join('\n'),
    mentions: [...said.matchAll(/(?<![\w`.@])@[a-z\d][\w-]*/gi), ...said.matchAll(/(?<![\w&])(?:#|GH-)\d+/gi)].map(
      ([found]) => found,
    ),
    links: [...prose.join('\n').matchAll(/(?<!\\)\]\(([^()\s]+)\)|<([a-z][a-z\d+.-]*:[^<>\s]+)>/gi)].map(
      (m) => m[1] ?? m[2] ?? '',
    ),
  }
}
function withoutCode(line: string): string {
  return line.replace(/(?<![\\`])(`+)(?!`)(?:(?!\1(?!`)).)*?(?<!`)\1(?!`)/g, ' ')
}
function decode(line: string): string {
  return line.replace(TAGS, ' ').replace(ESCAPED, '$1').replaceAll('&amp;', '&').replaceAll('\u200b', '')
}
