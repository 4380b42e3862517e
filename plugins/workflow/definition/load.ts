import { createHash } from 'node:crypto'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { HubError } from '#contract'
import { checkDefinition, type Problem, type Surroundings } from './check.ts'
import { type Definition, type DefinitionInput, definitionSchema } from './schema.ts'

/** A definition that holds, and the hash of what it says: the same content is the same version, however it is laid out. */
export interface Loaded {
  readonly definition: Definition
  readonly version: string
  /** As it was written. */
  readonly source: string
}
const MAX_SOURCE = 64_000

/** Reads YAML. @throws HubError INPUT_INVALID: one line for each mistake, with where it is and what cures it */
export function loadYaml(source: string, around: Surroundings): Loaded {
  if (source.length > MAX_SOURCE)
    throw new HubError('TOO_LARGE', `a workflow of ${source.length.toLocaleString('en')} characters: at most 64,000`)
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, version: '1.2', stringKeys: true })
  if (document.errors.length > 0)
    throw refused(
      document.errors.map(({ message, pos: [at] }) => `line ${lines.linePos(at).line}: ${message.split('\n', 1)[0]}`),
    )
  let value: unknown
  try {
    // Anchors are refused: a few lines of them can stand for gigabytes.
    value = document.toJS({ maxAliasCount: 0 })
  } catch {
    throw refused(['anchors and aliases (& and *) are not allowed: write it out'])
  }
  return load(value, source, around, (path) => lineOf(document, lines, path))
}

/** Takes a TypeScript object. @throws as `loadYaml`, with paths instead of lines */
export function loadObject(value: DefinitionInput, around: Surroundings): Loaded {
  return load(value, JSON.stringify(value, null, 2), around, () => null)
}

function load(
  value: unknown,
  source: string,
  around: Surroundings,
  line: (path: readonly (string | number)[]) => number | null,
): Loaded {
  const say = ({ path, message }: Problem) => {
    const at = line(path)
    return `${at === null ? '' : `line ${at}: `}${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`
  }
  const parsed = definitionSchema.safeParse(value)
  if (!parsed.success) throw refused(parsed.error.issues.flatMap(flatten).map(say))
  const problems = checkDefinition(parsed.data, around)
  if (problems.length > 0) throw refused(problems.map(say))
  return { definition: parsed.data, version: versionOf(parsed.data), source }
}

/** A union says only that nothing fitted: the branch that fitted best names the mistake. */
type Issue = {
  readonly code?: string
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly errors?: readonly (readonly Issue[])[]
  /** Of a key that may not be called so. */
  readonly issues?: readonly Issue[]
}
function flatten(issue: Issue): readonly Problem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'invalid_key') return (issue.issues ?? []).map(({ message }) => ({ path, message }))
  if (issue.code !== 'invalid_union' || !issue.errors?.length) return [{ path, message: issue.message }]
  const best = [...issue.errors].sort((a, b) => a.length - b.length)[0] ?? []
  return best.flatMap(flatten).map((inner) => ({ ...inner, path: [...path, ...inner.path] }))
}

/** Line of the deepest part of a path that stands in the text. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number | null {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return null
}

function versionOf(definition: Definition): string {
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 12)
}
function refused(problems: readonly string[]): HubError {
  const shown = problems.slice(0, 8)
  const more = problems.length > shown.length ? [`… and ${problems.length - shown.length} more`] : []
  return new HubError('INPUT_INVALID', ['The workflow is not valid:', ...shown, ...more].join('\n'))
}
