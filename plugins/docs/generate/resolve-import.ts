/** Which file of the repository an import means; null for a package of others. */
export type ResolveImport = (from: string, specifier: string) => string | null

const ENDINGS = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.vue', '.svelte']
const INDEXES = ['ts', 'd.ts', 'tsx', 'mts', 'js', 'jsx', 'mjs', 'cjs'].map((ending) => `/index.${ending}`)

export interface Known {
  readonly paths: ReadonlySet<string>
  /** The repository's `package.json`, whose `imports` give names to files. https://nodejs.org/api/packages.html#imports */
  readonly packageJson: string | null
  readonly goMod: string | null
}

export function createResolver({ paths, packageJson, goMod }: Known): ResolveImport {
  const names = importNames(packageJson)
  const module = /^module\s+(\S+)/m.exec(goMod ?? '')?.[1] ?? null
  const byFolder = new Map<string, string>()
  const byName = new Map<string, string[]>()
  for (const path of [...paths].sort()) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    if (path.endsWith('.go') && !byFolder.has(folder)) byFolder.set(folder, path)
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (/\.(?:java|kt)$/.test(name)) byName.set(name, [...(byName.get(name) ?? []), path])
  }
  const first = (...candidates: readonly (string | null)[]) =>
    candidates.find((one): one is string => one !== null && paths.has(one)) ?? null
  return (from, specifier) => {
    if (/\.pyi?$/.test(from)) return first(...pythonFiles(from, specifier))
    if (from.endsWith('.go')) {
      if (module === null || !`${specifier}/`.startsWith(`${module}/`)) return null
      return byFolder.get(specifier.slice(module.length + 1)) ?? null
    }
    if (/\.(?:java|kt)$/.test(from)) {
      const end = specifier.replaceAll('.', '/')
      const name = end.slice(end.lastIndexOf('/') + 1)
      const candidates = [...(byName.get(`${name}.java`) ?? []), ...(byName.get(`${name}.kt`) ?? [])]
      return candidates.find((path) => path.replace(/\.\w+$/, '').endsWith(end)) ?? null
    }
    return first(...(specifier.startsWith('.') ? relativeFiles(from, specifier) : scriptFiles(names(specifier))))
  }
}

/** Files that an import may mean, the likeliest first, in TypeScript and JavaScript by a relative path. */
export const filesMeant = (from: string, specifier: string): string[] =>
  /\.pyi?$/.test(from) ? pythonFiles(from, specifier) : specifier.startsWith('.') ? relativeFiles(from, specifier) : []

function relativeFiles(from: string, specifier: string): string[] {
  const base = joined(from, specifier)
  const files = scriptFiles(base)
  if (base === null || !/\.d\.[cm]?ts$/.test(from)) return files
  // Declarations speak of declarations, whatever stands beside them.
  return [base.replace(/\.([cm]?)js$/, '.d.$1ts'), `${base}.d.ts`, `${base}/index.d.ts`, ...files]
}
function scriptFiles(base: string | null): string[] {
  if (base === null) return []
  // TypeScript is imported under the name that it is compiled to.
  const source = base.replace(/\.([cm]?)js(x?)$/, '.$1ts$2')
  return [
    ...ENDINGS.map((ending) => base + ending),
    source,
    source.replace(/\.ts$/, '.tsx'),
    `${base}.d.ts`,
    ...INDEXES.map((index) => base + index),
  ]
}
function pythonFiles(from: string, specifier: string): string[] {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0
  const parts = specifier.slice(dots).split('.').filter(Boolean)
  const here = from.split('/').slice(0, -1)
  const roots =
    dots > 0
      ? [here.slice(0, here.length - (dots - 1))]
      : [...here.map((_, i) => here.slice(0, here.length - i)), [], ['src']]
  const found = roots.flatMap((root) =>
    parts.flatMap((_, i) => {
      const base = [...root, ...parts.slice(0, parts.length - i)].join('/')
      return [`${base}.py`, `${base}/__init__.py`, `${base}.pyi`]
    }),
  )
  return dots > 0 ? [...found, [...(roots[0] ?? []), '__init__.py'].join('/')] : found
}

/** A relative path from a file; null when it leads out of the repository. */
function joined(from: string, specifier: string): string | null {
  const parts = from.split('/').slice(0, -1)
  for (const part of (specifier.split('?')[0] ?? '').split('/'))
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '.' && part !== '') parts.push(part)
  return parts.join('/')
}

function importNames(packageJson: string | null): (specifier: string) => string | null {
  let entries: [string, unknown][] = []
  try {
    const parsed: unknown = packageJson === null ? null : JSON.parse(packageJson)
    if (typeof parsed === 'object' && parsed !== null && 'imports' in parsed && typeof parsed.imports === 'object')
      entries = Object.entries(parsed.imports ?? {})
  } catch {
    return () => null
  }
  const targets = entries.flatMap(([name, value]): [string, string][] => {
    const target = leaf(value, 3)
    return target?.startsWith('./') ? [[name, target.slice(2)]] : []
  })
  return (specifier) => {
    for (const [name, target] of targets) {
      if (name === specifier) return target
      const [before = '', after] = name.split('*')
      if (after !== undefined && specifier.startsWith(before) && specifier.endsWith(after))
        return target.replaceAll('*', specifier.slice(before.length, specifier.length - after.length))
    }
    return null
  }
}
/** The first target among conditions: for development where it is named. */
function leaf(value: unknown, depth: number): string | null {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || depth === 0) return null
  const all = Object.entries(value).sort(([a], [b]) => Number(b === 'development') - Number(a === 'development'))
  for (const [, one] of all) {
    const found = leaf(one, depth - 1)
    if (found !== null) return found
  }
  return null
}
