export const NAME_KINDS = ['symbol', 'member', 'parameter', 'flag', 'variable', 'route', 'script', 'path'] as const
export type NameKind = (typeof NAME_KINDS)[number]
export interface Name {
  readonly kind: NameKind
  readonly name: string
}

const JS = /\.(?:[cm]?[jt]sx?|vue|svelte)$/
const SYMBOLS: readonly { readonly files: RegExp; readonly patterns: readonly RegExp[] }[] = [
  {
    files: JS,
    patterns: [
      /^\s*(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|interface|enum|namespace)\s+([A-Za-z_$][\w$]*)/,
      /^\s*export\s+(?:declare\s+)?(?:const|let|var|type)\s+([A-Za-z_$][\w$]*)/,
      /^(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=/,
      /^\s*(?:module\.)?exports\.([A-Za-z_$][\w$]*)\s*=/,
      /\.prototype\.([A-Za-z_$][\w$]*)\s*=/,
      /^\s{2,8}(?:public\s+|static\s+|async\s+|get\s+|set\s+)*([A-Za-z_$][\w$]*)\s*\([^()]*\)\s*(?::[^{]+)?\{\s*$/,
      // Options and members: only names that no prose has.
      /^\s{2,}(?:readonly\s+)?['"]?([a-z]+[a-z0-9]*[A-Z][\w$]*)['"]?\??\s*[:(]/,
    ],
  },
  { files: /\.pyi?$/, patterns: [/^\s*(?:async\s+)?def\s+([A-Za-z]\w*)/, /^\s*class\s+([A-Za-z]\w*)/] },
  { files: /\.go$/, patterns: [/^func\s+(?:\([^)]*\)\s*)?([A-Z]\w*)/, /^type\s+([A-Z]\w*)/] },
  {
    files: /\.rs$/,
    patterns: [
      /^\s*pub(?:\([^)]*\))?\s+(?:async\s+|unsafe\s+|const\s+)*(?:fn|struct|enum|trait|type|const|static|mod)\s+(\w+)/,
    ],
  },
  {
    files: /\.(?:java|kt|cs|php|rb|swift)$/,
    patterns: [
      /^\s*(?:public|open|protected)?\s*(?:static\s+|final\s+|abstract\s+)*(?:class|interface|enum|record|object|struct)\s+([A-Za-z_]\w*)/,
      /^\s*public\s+(?:static\s+)?(?:[\w<>[\],?.]+\s+)*([A-Za-z_]\w*)\s*\(/,
      /^\s*(?:def|fun|func|public function|function)\s+(?:self\.)?([A-Za-z_]\w*)/,
    ],
  },
]
const MAX_LINE = 1_000
const RESERVED = new Set(
  'if for while switch catch return function constructor else do try with new await yield super'.split(' '),
)
const VARIABLES: readonly RegExp[] = [
  /process\.env(?:\.([A-Z][A-Z0-9_]+)|\[['"]([A-Z][A-Z0-9_]+)['"]\])/g,
  /(?:[gG]etenv|environ(?:\.get)?|env::var|ENV(?:\.fetch)?)\s*[([]\s*['"]([A-Z][A-Z0-9_]+)['"]/g,
  /['"`]([A-Z][A-Z0-9]*_[A-Z0-9_]+)['"`]/g,
  /^\s*(?:ENV\s+|ARG\s+|export\s+|-\s+)?([A-Z][A-Z0-9]*_[A-Z0-9_]+)\s*[=:]/g,
]
const FLAG = /(?<=['"`\s,[(|])(--[a-z][a-z0-9-]*[a-z0-9])(?=['"`\s,=\])<|[])/g
const ROUTES: readonly RegExp[] = [
  /\b(?:get|post|put|patch|delete|all|use|route|options|head|handle(?:func)?)\s*\(\s*['"`](\/[\w:{}/.*-]+)['"`]/gi,
  /^\s{0,8}['"]?(\/[\w{}/.-]+)['"]?:\s*\{?\s*$/g,
]
const CODE =
  /\.(?:[cm]?[jt]sx?|vue|svelte|pyi?|go|rs|java|kt|cs|php|rb|swift|sh|ya?ml|json|toml|env|example|conf)$|(?:^|\/)(?:Dockerfile|Makefile|\.env[\w.-]*)$/
const NOT_CODE =
  /(?:^|\/)(?:node_modules|vendor|dist|build|__tests__|tests?|spec|fixtures|__snapshots__)\/|[._-](?:test|spec|min)\.[\w]+$|(?:^|\/)(?:package-lock\.json|[\w.-]*lock[\w.-]*)$/

/** A file whose names documents may speak of: no test, nothing generated or vendored. */
export const isCode = (path: string): boolean => CODE.test(path) && !NOT_CODE.test(path)

/** Names that one line of code brings into the world. An honest scanner of lines, no parser: what it takes too much is checked afterwards. */
export function namesIn(path: string, line: string): Name[] {
  const found: Name[] = []
  const add = (kind: NameKind, name: string | undefined) => {
    if (name && name.length > 2 && name.length < 120 && !RESERVED.has(name)) found.push({ kind, name })
  }
  // A longer line was written by a machine.
  if (line.length > MAX_LINE || /^\s*(?:\/\/|\*|\/\*)/.test(line)) return found
  for (const { files, patterns } of SYMBOLS)
    if (files.test(path)) for (const pattern of patterns) add('symbol', pattern.exec(line)?.[1])
  if (JS.test(path)) {
    const list = /^\s*export\s*(?:type\s*)?\{([^}]*)\}/.exec(line)?.[1] ?? ''
    for (const part of list.split(','))
      add(
        'symbol',
        part
          .trim()
          .split(/\s+as\s+/)
          .at(-1),
      )
  }
  for (const pattern of VARIABLES) for (const match of line.matchAll(pattern)) add('variable', match[1] ?? match[2])
  for (const [, flag] of line.matchAll(FLAG)) add('flag', flag)
  for (const pattern of ROUTES) for (const [, route] of line.matchAll(pattern)) add('route', route)
  if (/(?:^|\/)package\.json$/.test(path)) {
    const script = /^\s+"([\w:.-]+)":\s*"(?![\^~]?\d|file:|workspace:)/.exec(line)?.[1]
    if (script) add('script', `npm run ${script}`)
  }
  return found
}

/** Does the text say this name, whole? */
export function says(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if ((name.startsWith('/') || !isPart(text.charAt(at - 1), name)) && !isPart(text.charAt(at + name.length), name))
      return true
  return false
}
const isPart = (neighbour: string, name: string): boolean =>
  /[\w$]/.test(neighbour) || (/^(?:--|\/|npm )|\//.test(name) && /[\w-]/.test(neighbour))
