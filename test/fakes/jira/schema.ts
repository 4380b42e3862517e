import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

const FILE = new URL('../../../../shared/data/jira/rest-v3-spec/swagger-v3.v3.json', import.meta.url)

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly requestBody?: RequestBody }>>>>
  readonly components: unknown
}
interface RequestBody {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>
}
interface Checked {
  readonly method: string
  readonly pattern: RegExp
  readonly schema: object
  validate?: ValidateFunction
}
let known: readonly Checked[] | undefined
let ajv: Ajv | undefined

/** What a body breaks of Atlassian's OpenAPI description; nothing where the description is absent or does not know the address. */
export function checkSchema(method: string, path: string, body: unknown): string[] {
  if (!existsSync(FILE)) return []
  known ??= load()
  const found = known.find((one) => one.method === method.toLowerCase() && one.pattern.test(path))
  if (!found || !ajv) return []
  found.validate ??= ajv.compile(found.schema)
  if (found.validate(body)) return []
  return (found.validate.errors ?? [])
    .slice(0, 4)
    .map((e) => `${method} ${path}${e.instancePath}: ${e.message ?? e.keyword}`)
}
function load(): Checked[] {
  const described = JSON.parse(readFileSync(FILE, 'utf8')) as Described
  ajv = new Ajv({ strict: false, logger: false, allErrors: false, validateFormats: false })
  addFormats.default(ajv)
  const refs = (schema: object): object =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"https://jira.test/openapi#/components/')) as object
  ajv.addSchema({ $id: 'https://jira.test/openapi', components: refs(described.components as object) })
  return Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const schema = requestBody?.content?.['application/json']?.schema
      const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, '[^/]+')}$`)
      return schema === undefined || Object.keys(schema).length === 0 ? [] : [{ method, pattern, schema: refs(schema) }]
    }),
  )
}
