/** One exported name with its signature as it is written, and the first sentence said about it. */
export interface Exported {
  readonly name: string
  readonly signature: string
  readonly about: string
}
const MOST = 300
const MAX_LINE = 1_000
const SIGNATURE_LINES = 20
const SIGNATURE_CHARACTERS = 400

/** Exports of a file of TypeScript, JavaScript or Python: what its lines say, in their order. What is exported under another file's name is not followed. */
export function exportsOf(path: string, text: string): Exported[] {
  const lines = text.split(/\r?\n/).map((line) => line.slice(0, MAX_LINE))
  return (/\.pyi?$/.test(path) ? python(lines) : script(lines)).slice(0, MOST)
}

const DECLARED =
  /^export\s+(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(function\*?|class|interface|type|enum|const|let)\s+([A-Za-z_$][\w$]*)/

function script(lines: readonly string[]): Exported[] {
  return lines.flatMap((line, at) => {
    const [, kind = '', name] = DECLARED.exec(line) ?? []
    if (name === undefined) return []
    const about = jsDocAbove(lines, at)
    const declared = line.replace(/^export\s+(?:default\s+)?(?:declare\s+)?/, '')
    if (kind.startsWith('function')) return [{ name, signature: headOf(lines, at, declared), about }]
    if (kind === 'const' || kind === 'let') {
      const typed = /^(?:const|let)\s+[\w$]+\s*:\s*[^=]+/.exec(declared)?.[0]
      const isFunction =
        /=\s*(?:async\s*)?\(/.test(declared) && /=>/.test(lines.slice(at, at + SIGNATURE_LINES).join(' '))
      const signature =
        typed ?? (isFunction ? headOf(lines, at, declared).replace(/\s*=>[\s\S]*$/, '') : `${kind} ${name}`)
      return [{ name, signature: clean(signature), about }]
    }
    return [{ name, signature: clean(declared.replace(/\s*[={][\s\S]*$/, '')), about }]
  })
}

/** A head over several lines, up to the body. */
function headOf(lines: readonly string[], at: number, first: string): string {
  let head = ''
  let depth = 0
  for (const [i, line] of [first, ...lines.slice(at + 1, at + SIGNATURE_LINES)].entries()) {
    for (const character of i === 0 ? line : ` ${line.trim()}`) {
      if ('([<'.includes(character)) depth += 1
      if (')]'.includes(character) || (character === '>' && !head.endsWith('='))) depth -= 1
      if (character === '{' && depth <= 0 && !/[:|&=]\s*$/.test(head)) return clean(head)
      head += character
    }
    if (depth <= 0 && /=>\s*$|;\s*$/.test(head)) return clean(head.replace(/;\s*$/, ''))
  }
  return clean(head)
}
const clean = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/\( /g, '(').replace(/,? \)/g, ')').trim().slice(0, SIGNATURE_CHARACTERS)

function jsDocAbove(lines: readonly string[], at: number): string {
  let end = at - 1
  while (/^\s*@/.test(lines[end] ?? '')) end -= 1
  if (!/\*\/\s*$/.test(lines[end] ?? '')) return ''
  let start = end
  while (start > 0 && !/^\s*\/\*\*/.test(lines[start] ?? '')) start -= 1
  const said = lines.slice(start, end + 1).map((line) =>
    line
      .replace(/^\s*(?:\/\*\*|\*\/|\*)?\s?/, '')
      .replace(/\*\/\s*$/, '')
      .trim(),
  )
  return sentenceOf(said)
}

function python(lines: readonly string[]): Exported[] {
  return lines.flatMap((line, at) => {
    const name = /^(?:async\s+)?(?:def|class)\s+([A-Za-z]\w*)/.exec(line)?.[1]
    if (name === undefined) return []
    let end = at
    while (end < at + SIGNATURE_LINES && end < lines.length - 1 && !/:\s*(?:#.*)?$/.test(lines[end] ?? '')) end += 1
    const signature = clean(
      lines
        .slice(at, end + 1)
        .join(' ')
        .replace(/:\s*(?:#.*)?$/, ''),
    )
    const doc = /^\s*[rR]?(?:"""|''')(.*)$/.exec(lines[end + 1] ?? '')?.[1]
    const said = doc === undefined ? [] : [doc.replace(/(?:"""|''').*$/, '') || (lines[end + 2] ?? '').trim()]
    return [{ name, signature, about: sentenceOf(said) }]
  })
}
function sentenceOf(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line !== '')
  const upTo = lines.slice(Math.max(0, first)).findIndex((line) => line === '' || line.startsWith('@'))
  const text = lines.slice(Math.max(0, first), upTo === -1 ? undefined : Math.max(0, first) + upTo).join(' ')
  return (/^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text).slice(0, 300)
}
