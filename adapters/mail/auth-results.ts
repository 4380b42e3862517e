/** What a receiving server found out by one method: `dkim=pass header.d=example.com`. */
export interface Finding {
  readonly method: string
  readonly result: string
  /** By `ptype.property`, in lower case. */
  readonly properties: ReadonlyMap<string, string>
}
export interface Findings {
  /** Who says so. */
  readonly authservId: string
  readonly findings: readonly Finding[]
}
const MAX_CHARACTERS = 10_000
const MAX_FINDINGS = 50

/** The value of an Authentication-Results field, or null for what is none. https://www.rfc-editor.org/rfc/rfc8601#section-2.2 */
export function parseResults(field: string): Findings | null {
  const parts = partsOf(field.slice(0, MAX_CHARACTERS))
  const [head = [], ...rest] = parts
  const [authservId] = head
  if (authservId === undefined || head.length > 2) return null
  const findings = rest.slice(0, MAX_FINDINGS).flatMap((tokens): Finding[] => {
    const [first = '', ...properties] = tokens
    const [, method = '', result = ''] = /^([\w-]+)(?:\/\d+)?=(\w+)$/.exec(first.toLowerCase()) ?? []
    if (method === '') return []
    return [{ method, result, properties: new Map(properties.flatMap(propertyOf)) }]
  })
  return { authservId: authservId.toLowerCase(), findings }
}
function propertyOf(token: string): [string, string][] {
  const at = token.indexOf('=')
  return at > 0 ? [[token.slice(0, at).toLowerCase(), token.slice(at + 1)]] : []
}
/** Tokens between semicolons; comments are dropped, what stands in quotes is one token, and blanks around `=` mean nothing. */
function partsOf(text: string): string[][] {
  const parts: string[][] = [[]]
  let token = ''
  let depth = 0
  let quoted = false
  const end = () => {
    if (token !== '') parts.at(-1)?.push(token)
    token = ''
  }
  const plain = text.replace(/\s+/g, ' ').replace(/ ?= ?/g, '=')
  for (let i = 0; i < plain.length; i++) {
    const sign = plain[i] ?? ''
    if (sign === '\\' && (quoted || depth > 0)) {
      i += 1
      if (quoted) token += plain[i] ?? ''
    } else if (depth > 0) depth += sign === '(' ? 1 : sign === ')' ? -1 : 0
    else if (sign === '"') quoted = !quoted
    else if (quoted) token += sign
    else if (sign === '(') depth = 1
    else if (sign === ';') {
      end()
      parts.push([])
    } else if (/\s/.test(sign)) end()
    else token += sign
  }
  end()
  return parts
}
