import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js'
import { HubError, type Json } from '#contract'
import { brief as briefReason } from './brief.ts'
import { likeness } from './like.ts'

/** An expression that was read once: what it refers to is known before it runs. */
export interface Expression {
  readonly source: string
  /** Steps it looks at: `steps.build`, `steps["build"]`. */
  readonly steps: readonly string[]
  /** Names it uses that no macro binds: inputs, event, item, … */
  readonly names: readonly string[]
  evaluate(scope: Scope): Json
}
export type Scope = Readonly<Record<string, unknown>>

/** What may be written. Below these an expression is a bomb, not a condition. */
const MAX_CHARACTERS = 2_000
const MAX_NODES = 300
const MAX_DEPTH = 24
/** Elements that the loops of one expression may visit, worst case. */
const MAX_VISITS = 1_000_000
const MAX_RESULT_CHARACTERS = 200_000
const LOOPS = new Set(['map', 'filter', 'all', 'exists', 'exists_one'])

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: MAX_NODES, maxDepth: MAX_DEPTH },
})
  .registerFunction('string.like(string): bool', (text: string, pattern: string) => likeness(text, pattern))
  // For what becomes part of an address.
  .registerFunction('string.encoded(): string', (text: string) => encodeURIComponent(text))
  .registerFunction('string.brief(): string', briefReason)
  .registerFunction('double.percent(): string', percent)

const known = new Map<string, Expression>()

/** Reads a CEL expression. @throws HubError INPUT_INVALID that says where it is wrong */
export function readExpression(source: string): Expression {
  const found = known.get(source)
  if (found) return found
  if (source.length > MAX_CHARACTERS)
    throw invalid(`an expression of ${source.length} characters: at most ${MAX_CHARACTERS} are allowed`)
  const expression = compile(source)
  // Definitions are few; whatever fills this is somebody trying.
  if (known.size > 5_000) known.clear()
  known.set(source, expression)
  return expression
}

function compile(source: string): Expression {
  let run: ReturnType<Environment['parse']>
  try {
    run = environment.parse(source)
  } catch (error) {
    throw invalid(`“${brief(source)}”: ${why(error)}`)
  }
  const walked = walk(run.ast)
  const checked = run.check()
  if (!checked.valid) throw invalid(`“${brief(source)}”: ${why(checked.error)}`)
  return {
    source,
    steps: [...walked.steps],
    names: [...walked.names],
    evaluate(scope) {
      const values: Record<string, unknown> = {}
      for (const name of walked.names) {
        if (Object.hasOwn(scope, name)) values[name] = inward(scope[name])
      }
      if (walked.loopDepth > 0) {
        const visits = (longest(values) * (1 + walked.additions)) ** walked.loopDepth * walked.nodes
        if (visits > MAX_VISITS) throw invalid(`“${brief(source)}” would go through too many elements`)
      }
      try {
        return outward(run(values), { left: MAX_RESULT_CHARACTERS })
      } catch (error) {
        if (error instanceof HubError) throw error
        throw invalid(`“${brief(source)}”: ${why(error)}`)
      }
    },
  }
}

interface Walked {
  readonly steps: Set<string>
  readonly names: Set<string>
  loopDepth: number
  additions: number
  nodes: number
}
function walk(ast: ASTNode): Walked {
  const seen: Walked = { steps: new Set(), names: new Set(), loopDepth: 0, additions: 0, nodes: 0 }
  const visit = (node: ASTNode, bound: ReadonlySet<string>, depth: number): void => {
    seen.nodes += 1
    seen.loopDepth = Math.max(seen.loopDepth, depth)
    if (node.op === 'value') return
    if (node.op === 'id') {
      if (!bound.has(node.args)) seen.names.add(node.args)
      return
    }
    if (node.op === '+') seen.additions += 1
    const step = stepOf(node, bound)
    if (step !== null) seen.steps.add(step)
    if (node.op === 'rcall') {
      const [name, on, args] = node.args
      // Patterns of JavaScript can take for ever on a short text.
      if (name === 'matches') throw invalid('matches() is not available: use like("release/*"), startsWith or contains')
      const [variable] = args
      if (LOOPS.has(name) && variable?.op === 'id') {
        visit(on, bound, depth)
        for (const arg of args.slice(1)) visit(arg, new Set([...bound, variable.args]), depth + 1)
        return
      }
    }
    if (node.op === 'call' && node.args[0] === 'matches') throw invalid('matches() is not available: use like()')
    for (const child of childrenOf(node.args)) visit(child, bound, depth)
  }
  visit(ast, new Set(), 0)
  if (seen.loopDepth > 2) throw invalid('loops within loops within loops: at most two levels are allowed')
  return seen
}
function stepOf(node: ASTNode, bound: ReadonlySet<string>): string | null {
  if (node.op !== '.' && node.op !== '[]') return null
  const [on, key] = node.args
  if (on.op !== 'id' || on.args !== 'steps' || bound.has('steps')) return null
  if (typeof key === 'string') return key
  if (key.op === 'value' && typeof key.args === 'string') return key.args
  throw invalid('steps[…] needs the name of a step in quotes')
}
function childrenOf(args: unknown): readonly ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf)
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : []
}

/** Whole numbers are CEL integers, so that `count + 1` works; only plain data goes in. */
function inward(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(inward)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inward(inner)]))
  return value === undefined ? null : value
}
function outward(value: unknown, budget: { left: number }): Json {
  budget.left -= typeof value === 'string' ? value.length : 1
  if (budget.left < 0) throw invalid('an expression gives more than can be kept')
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map((inner) => outward(inner, budget))
  if (value instanceof Date) return value.toISOString()
  const entries = value instanceof Map ? [...value] : typeof value === 'object' ? Object.entries(value) : null
  if (entries === null) throw invalid('an expression gives something that is no data')
  return Object.fromEntries(entries.map(([key, inner]) => [String(key), outward(inner, budget)]))
}
function longest(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((most, inner) => Math.max(most, longest(inner)), value.length)
  if (typeof value !== 'object' || value === null) return 1
  const inner = Object.values(value)
  return inner.reduce<number>((most, one) => Math.max(most, longest(one)), Math.max(1, inner.length))
}

/** 0.1834 as '18.34 %': a share as people read it. Prometheus says NaN where there was nothing to divide by. */
function percent(share: number): string {
  return Number.isFinite(share) ? `${Number((share * 100).toPrecision(4))} %` : 'an unknown share'
}
const brief = (source: string) => (source.length > 80 ? `${source.slice(0, 79)}…` : source)
function why(error: unknown): string {
  const summary = error instanceof Error && 'summary' in error ? String(error.summary) : ''
  const text = summary || (error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error))
  const at = error instanceof ParseError && error.range ? ` at character ${error.range.start + 1}` : ''
  return `${text}${at}`
}
function invalid(message: string): HubError {
  return new HubError('INPUT_INVALID', message)
}
