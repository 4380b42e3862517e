import { existsSync, readFileSync } from 'node:fs'
import { buildSchema, type DocumentNode, type GraphQLSchema, getVariableValues, Kind, validate } from 'graphql'

const FILE = new URL('../../../../shared/data/linear/schema.graphql', import.meta.url)
export const hasSchema = existsSync(FILE)
// Aloud where it is a test that checks less; in the demo nobody can do anything about it.
if (!hasSchema && process.env.VITEST !== undefined)
  console.warn('../shared/data/linear is absent: operations are not checked against the schema')

let built: GraphQLSchema | undefined

/** What Linear's own schema has against an operation and its variables; nothing where the schema is absent. */
export function checkOperation(document: DocumentNode, variables?: Readonly<Record<string, unknown>>): string[] {
  if (!hasSchema) return []
  built ??= buildSchema(readFileSync(FILE, 'utf8'), { assumeValid: true })
  const wrong = validate(built, document).map(({ message }) => message)
  if (wrong.length > 0 || variables === undefined) return wrong
  const [operation] = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
  const given = getVariableValues(built, operation?.variableDefinitions ?? [], { ...variables })
  return (given.errors ?? []).map(({ message }) => message)
}
