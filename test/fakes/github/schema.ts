import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

const FILE = new URL('../../../../shared/data/github/github-openapi-reduced.json', import.meta.url)

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
  readonly path: string
  readonly schema: object
  validate?: ValidateFunction
}
let known: readonly Checked[] | undefined
let ajv: Ajv | undefined

/** Is GitHub's own description there to check bodies against? */
export const hasSchema = existsSync(FILE)

/** What a body breaks of GitHub's OpenAPI description; nothing where the description is absent or does not know the address. */
export function checkSchema(method: string, path: string, body: unknown): string[] {
  if (!hasSchema || method === 'GET') return []
  known ??= load()
  const found = known.find((one) => one.method === method.toLowerCase() && one.pattern.test(path))
  if (!found || !ajv) return []
  found.validate ??= ajv.compile(found.schema)
  if (found.validate(body)) return []
  return (found.validate.errors ?? [])
    .slice(0, 4)
    .map((e) => `${method} ${found.path}${e.instancePath}: ${e.message ?? e.keyword}`)
}
function load(): Checked[] {
  const described = JSON.parse(readFileSync(FILE, 'utf8')) as Described
  ajv = new Ajv({ strict: false, logger: false, allErrors: false })
  addFormats.default(ajv)
  const refs = (schema: object): object =>
    JSON.parse(
      JSON.stringify(schema).replaceAll('"#/components/', '"https://github.test/openapi#/components/'),
      dropLone,
    )
  ajv.addSchema({ $id: 'https://github.test/openapi', components: refs(described.components as object) })
  return Object.entries(described.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody }]) => {
        const schema = requestBody?.content?.['application/json']?.schema
        const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, (_, name) => (name === 'ref' ? '.+' : '[^/]+'))}$`)
        return schema === undefined ? [] : [{ method, path, pattern, schema: refs(schema) }]
      }),
    )
    .sort((a, b) => a.path.split('{').length - b.path.split('{').length)
}
/** GitHub writes `nullable` beside `oneOf` too, where OpenAPI 3.0 gives it no meaning and Ajv refuses it. */
function dropLone(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('nullable' in value) || 'type' in value) return value
  const { nullable: _, ...rest } = value
  return rest
}
