import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'

type Variables = Readonly<Record<string, unknown>>
/** A field of an answer, or how it is made from its arguments. */
export type Resolved = unknown | ((args: Record<string, unknown>) => unknown)

/** An error as Linear words it: https://linear.app/developers/graphql#errors */
export class LinearRefusal extends Error {
  readonly code: string
  readonly shown: string
  constructor(code: string, message: string, shown = message) {
    super(message)
    this.code = code
    this.shown = shown
  }
}
/** Points that Linear charges: 0.1 for a property, 1 for an object, both for each entry of a page. https://linear.app/developers/rate-limiting */
export function complexityOf(document: DocumentNode, variables: Variables): number {
  const fragments = fragmentsOf(document)
  const cost = (set: SelectionSetNode): number =>
    set.selections.reduce((sum, one) => {
      if (one.kind === Kind.FRAGMENT_SPREAD) return sum + cost(fragments.get(one.name.value)?.selectionSet ?? EMPTY)
      if (one.kind === Kind.INLINE_FRAGMENT) return sum + cost(one.selectionSet)
      if (one.selectionSet === undefined) return sum + 0.1
      const args = argsOf(one, variables)
      const isPage = one.selectionSet.selections.some((s) => s.kind === Kind.FIELD && s.name.value === 'nodes')
      return sum + (isPage ? Number(args.first ?? 50) : 1) * (1 + cost(one.selectionSet))
    }, 0)
  const [operation] = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
  return Math.ceil(operation ? cost(operation.selectionSet) : 0)
}
const EMPTY: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] }

/** Runs the one operation of a document over plain objects. Mutations run one after the other, and the first refusal ends it. */
export function execute(
  document: DocumentNode,
  variables: Variables,
  root: Readonly<Record<string, Resolved>>,
): Record<string, unknown> {
  const fragments = fragmentsOf(document)
  const select = (value: unknown, set: SelectionSetNode | undefined): unknown => {
    if (value === null || set === undefined) return value
    if (Array.isArray(value)) return value.map((one) => select(one, set))
    const from = value as Readonly<Record<string, Resolved>>
    return Object.fromEntries(
      fieldsOf(set, fragments).map((field) => {
        const name = field.name.value
        const found = from[name]
        if (found === undefined) throw new Error(`the fake Linear has no field ${name}`)
        const made: unknown = typeof found === 'function' ? found(argsOf(field, variables)) : found
        return [name, select(made, field.selectionSet)]
      }),
    )
  }
  const [operation] = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
  return select(root, operation?.selectionSet) as Record<string, unknown>
}
function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  )
}
function fieldsOf(set: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): readonly FieldNode[] {
  return set.selections.flatMap((one) => {
    if (one.kind === Kind.FIELD) return [one]
    const inner = one.kind === Kind.FRAGMENT_SPREAD ? fragments.get(one.name.value)?.selectionSet : one.selectionSet
    return fieldsOf(inner ?? EMPTY, fragments)
  })
}
function argsOf(field: FieldNode, variables: Variables): Record<string, unknown> {
  return Object.fromEntries((field.arguments ?? []).map((a) => [a.name.value, valueFromASTUntyped(a.value, variables)]))
}
