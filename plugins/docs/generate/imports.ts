/** Endings of the files whose imports can be read. */
export const IMPORTING = /\.(?:[cm]?[jt]sx?|vue|svelte|pyi?|go|java|kt)$/
const SCRIPT = /\.(?:[cm]?[jt]sx?|vue|svelte)$/
const MOST = 500
/** Words between `import` and `from`: a longer list is no list of imports. */
const FAR = 600

/** What a file imports, as it is written there. A scanner: it reads no code that only runs, and follows nothing. */
export function importsOf(path: string, text: string): string[] {
  const found = SCRIPT.test(path)
    ? scriptImports(text)
    : /\.pyi?$/.test(path)
      ? pythonImports(text)
      : /\.go$/.test(path)
        ? goImports(text)
        : [...text.matchAll(/^[ \t]{0,8}import[ \t]{1,8}(?:static[ \t]{1,8})?([\w.]{1,200})/gm)].map(
            ([, name = '']) => name,
          )
  return [...new Set(found)].slice(0, MOST)
}

function scriptImports(text: string): string[] {
  const found: string[] = []
  const tokens = tokensOf(text)
  tokens.forEach((token, at) => {
    const before = tokens[at - 1]
    if (token.isText || before?.value === '.') return
    const [next, after] = [tokens[at + 1], tokens[at + 2]]
    if ((token.value === 'import' || token.value === 'require') && next?.value === '(' && after?.isText)
      found.push(after.value)
    else if (token.value === 'import' && next?.isText) found.push(next.value)
    else if (token.value === 'import' || (token.value === 'export' && /^(?:[*{]|type)$/.test(next?.value ?? ''))) {
      for (let i = at + 1; i < Math.min(tokens.length, at + FAR); i += 1) {
        const one = tokens[i]
        if (!one || one.isText || /^(?:;|=|\(|import|export)$/.test(one.value)) break
        const source = tokens[i + 1]
        if (one.value !== 'from' || !source?.isText) continue
        found.push(source.value)
        break
      }
    }
  })
  return found
}

interface Token {
  readonly value: string
  /** Stands in quotes. */
  readonly isText: boolean
}
/** Words, marks and quoted text, without comments; each character is looked at once. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  const word = /[A-Za-z_$][\w$]*/y
  let at = 0
  const skipTo = (end: number, width: number) => {
    at = end === -1 ? text.length : end + width
  }
  while (at < text.length) {
    const character = text.charAt(at)
    const pair = text.slice(at, at + 2)
    word.lastIndex = at
    if (pair === '//') skipTo(text.indexOf('\n', at), 1)
    else if (pair === '/*') skipTo(text.indexOf('*/', at + 2), 2)
    else if (character === "'" || character === '"' || character === '`') {
      let end = at + 1
      while (end < text.length && text.charAt(end) !== character) {
        // Without its end on the line it is no text: an apostrophe in markup, or a pattern.
        if (text.charAt(end) === '\n' && character !== '`') break
        end += text.charAt(end) === '\\' ? 2 : 1
      }
      if (text.charAt(end) === character) tokens.push({ value: text.slice(at + 1, end), isText: character !== '`' })
      at = end + 1
    } else if (word.test(text)) {
      tokens.push({ value: text.slice(at, word.lastIndex), isText: false })
      at = word.lastIndex
    } else {
      if (character.trim() !== '') tokens.push({ value: character, isText: false })
      at += 1
    }
  }
  return tokens
}

function pythonImports(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, from, names = ''] =
      /^[ \t]{0,40}from[ \t]{1,8}([\w.]{1,200})[ \t]{1,8}import[ \t]{0,8}(.{0,400})/.exec(line) ?? []
    if (from !== undefined) {
      // `from . import store` names a module; `from .store import x` does not.
      if (!/^\.+$/.test(from)) return [from]
      return [...names.matchAll(/([A-Za-z_]\w*)(?:[ \t]{1,8}as[ \t]{1,8}\w+)?/g)].map(
        ([, name = '']) => `${from}${name}`,
      )
    }
    const plain = /^[ \t]{0,40}import[ \t]{1,8}([\w., \t]{1,400})/.exec(line)?.[1]
    return plain === undefined
      ? []
      : plain
          .split(',')
          .map((one) => one.trim().split(/\s/)[0] ?? '')
          .filter(Boolean)
  })
}

function goImports(text: string): string[] {
  const lines = text.split('\n')
  let isInside = false
  return lines.flatMap((line) => {
    if (/^import\s*\(/.test(line)) isInside = true
    else if (isInside && line.startsWith(')')) isInside = false
    const quoted = isInside ? line : /^import\s/.test(line) ? line : ''
    const name = /"([^"\s]{1,200})"/.exec(quoted)?.[1]
    return name === undefined ? [] : [name]
  })
}
