import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const FILE = new URL('../../../../shared/data/discord/api-spec/openapi.json', import.meta.url)
const hasSchema = existsSync(FILE)

/** Discord's own description of what it takes: the name of a schema for each call. */
const SCHEMAS = {
  'POST /channels/:id/messages': 'MessageCreateRequest',
  'PATCH /channels/:id/messages/:id': 'MessageEditRequestPartial',
  'POST /channels/:id/messages/:id/threads': 'CreateTextThreadWithMessageRequest',
  'POST /users/@me/channels': 'CreatePrivateChannelRequest',
  'POST /webhooks/:id/:token': 'IncomingWebhookRequestPartial',
  'PATCH /webhooks/:id/:token/messages/:id': 'IncomingWebhookUpdateRequestPartial',
  command: 'ApplicationCommandUpdateRequest',
  4: 'CreateMessageInteractionCallbackRequest',
  5: 'CreateMessageInteractionCallbackRequest',
  6: 'UpdateMessageInteractionCallbackRequest',
  7: 'UpdateMessageInteractionCallbackRequest',
  8: 'ApplicationCommandAutocompleteCallbackRequest',
  9: 'ModalInteractionCallbackRequest',
} as const
export type SchemaKey = keyof typeof SCHEMAS

let ajv: Ajv2020 | undefined
const compiled = new Map<string, ValidateFunction>()

/** What a body breaks of Discord's OpenAPI description; nothing where the description is absent. */
export function checkSchema(key: SchemaKey, body: unknown): string[] {
  if (!hasSchema) return []
  const name = SCHEMAS[key]
  const validate = compiled.get(name) ?? compile(name)
  if (validate(body)) return []
  return (validate.errors ?? []).slice(0, 4).map((e) => `${name}${e.instancePath}: ${e.message ?? e.keyword}`)
}
function compile(name: string): ValidateFunction {
  if (!ajv) {
    ajv = new Ajv2020({ strict: false, logger: false, allErrors: false })
    addFormats.default(ajv)
    ajv.addSchema({ ...JSON.parse(readFileSync(FILE, 'utf8')), $id: 'https://discord.test/openapi' })
  }
  const validate = ajv.compile({ $ref: `https://discord.test/openapi#/components/schemas/${name}` })
  compiled.set(name, validate)
  return validate
}
