import { type Change, excerpt } from './excerpt.ts'
import type { Node, Script } from './script-parse.ts'

const LITERAL_CHARACTERS = 80
const DEPTH = 40

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
export const startOf = (node: Node): number => node.start ?? 0
export const endOf = (node: Node): number => node.end ?? 0

function* childrenOf(node: Node): Generator<Node> {
  for (const [key, value] of Object.entries(node)) {
    if (/Comments$|^loc$|^extra$/.test(key)) continue
    if (Array.isArray(value)) yield* value.filter(isNode)
    else if (isNode(value)) yield value
  }
}
/** A node and everything in it; what is nested deeper than people write is left out. */
function* nodesIn(node: Node, depth = DEPTH): Generator<Node> {
  yield node
  if (depth > 0) for (const child of childrenOf(node)) yield* nodesIn(child, depth - 1)
}
function listOf(node: Node, key: 'members' | 'properties' | 'body'): Node[] {
  const value: unknown = Object.entries(node).find(([name]) => name === key)?.[1]
  return Array.isArray(value) ? value.filter(isNode) : []
}
function childOf(node: Node, key: string): Node | null {
  const value: unknown = Object.entries(node).find(([name]) => name === key)?.[1]
  return isNode(value) ? value : null
}

/** Members of a type that end with their line alone get a semicolon, for the line is lost. */
function separators(code: string, node: Node): Change[] {
  return [...nodesIn(node)]
    .filter(({ type }) => type === 'TSTypeLiteral')
    .flatMap((literal) =>
      listOf(literal, 'members')
        .slice(0, -1)
        .map(endOf)
        .filter((end) => !/[;,]/.test(code.charAt(end - 1)))
        .map((end): Change => ({ from: end, to: end, text: ';' })),
    )
}
/** Code between two places as it is written, as a part of this node. */
export function written(
  script: Script,
  node: Node,
  from: number,
  to: number,
  changes: readonly Change[] = [],
  most?: number,
): string {
  const all = [...changes, ...script.comments(from, to), ...separators(script.text, node)]
  return excerpt(
    script.text,
    from,
    to,
    all.filter((one) => one.from >= from && one.to <= to),
    most,
  )
}

/** What a member is called; null when nobody outside can call it. */
export function keyOf(script: Script, member: Node): string | null {
  const key = childOf(member, 'key') ?? childOf(member, 'id')
  if (key === null || key.type === 'PrivateName') return null
  if ('computed' in member && member.computed === true) return `[${excerpt(script.text, startOf(key), endOf(key))}]`
  if ('name' in key && typeof key.name === 'string') return key.name
  if ('value' in key && (typeof key.value === 'string' || typeof key.value === 'number')) return String(key.value)
  return null
}

/** A value that says what it is by itself, as it is written. */
export function literalText(script: Script, value: Node | null): string | null {
  if (value === null) return null
  const inner =
    value.type === 'TSAsExpression' || value.type === 'TSSatisfiesExpression' ? childOf(value, 'expression') : value
  const isLiteral = inner !== null && /^(?:String|Numeric|BigInt|Boolean|Null)Literal$/.test(inner.type)
  const isNegative = inner?.type === 'UnaryExpression' && childOf(inner, 'argument')?.type === 'NumericLiteral'
  if (inner === null || !(isLiteral || isNegative)) return null
  return excerpt(script.text, startOf(inner), endOf(inner), [], LITERAL_CHARACTERS)
}

/** Names of parameters and of the options that are written within them. */
export function parametersOf(script: Script, parameters: readonly Node[]): string[] {
  const names = parameters.flatMap((parameter): string[] => {
    switch (parameter.type) {
      case 'Identifier':
        return [
          ...('name' in parameter && typeof parameter.name === 'string' ? [parameter.name] : []),
          ...optionsOf(script, parameter),
        ]
      case 'AssignmentPattern':
        return parametersOf(script, [childOf(parameter, 'left')].filter(isNode))
      case 'RestElement':
        return [
          ...parametersOf(script, [childOf(parameter, 'argument')].filter(isNode)),
          ...optionsOf(script, parameter),
        ]
      case 'TSParameterProperty':
        return parametersOf(script, [childOf(parameter, 'parameter')].filter(isNode))
      case 'ObjectPattern':
        return [
          ...listOf(parameter, 'properties').flatMap((property) => keyOf(script, property) ?? []),
          ...optionsOf(script, parameter),
        ]
      default:
        return []
    }
  })
  return [...new Set(names)].filter((name) => name !== 'this')
}
function optionsOf(script: Script, parameter: Node): string[] {
  const annotation = childOf(parameter, 'typeAnnotation')
  if (annotation === null) return []
  return [...nodesIn(annotation)]
    .filter(({ type }) => type === 'TSPropertySignature' || type === 'TSMethodSignature')
    .flatMap((member) => keyOf(script, member) ?? [])
}
