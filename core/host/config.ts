import { HubError } from '../contract/errors.ts'
import type { Plugin } from '../contract/plugin.ts'
import type { ArgsSchema, Out, Schema } from '../contract/schema.ts'

type Variables = Readonly<Record<string, string | undefined>>
/** Config keys whose variable is not `<NAME>_<KEY>`: `{ model: 'HUB_MODEL' }`. */
export type VariableNames = Readonly<Record<string, string>>

/**
 * A plugin's raw config out of the environment: `SLACK_SIGNING_SECRET` is `signingSecret` of `slack`. A variable that is set to nothing, as
 * Compose files leave them, counts as not set.
 * @example configFromEnv('anthropic', process.env, { model: 'HUB_MODEL' })
 */
export function configFromEnv(
  manifestName: string,
  env: Variables,
  overrides: VariableNames = {},
): Record<string, string> {
  const prefix = `${constantCase(manifestName)}_`
  const raw: Record<string, string> = {}
  for (const [variable, value] of Object.entries(env)) {
    if (value && variable.startsWith(prefix)) raw[camelCase(variable.slice(prefix.length))] = value
  }
  for (const [key, variable] of Object.entries(overrides)) {
    const value = env[variable]
    if (value) raw[key] = value
  }
  return raw
}

/** The variable that sets a config key. @example variableOf('slack', 'signingSecret') // 'SLACK_SIGNING_SECRET' */
export function variableOf(manifestName: string, key: string, overrides: VariableNames = {}): string {
  return overrides[key] ?? `${constantCase(manifestName)}_${constantCase(key)}`
}

/** Parses a plugin's config. Every problem is one line that names the plugin, the key and the variable; no line holds a secret's value. */
export function checkConfig<C extends Schema>(
  plugin: Plugin<C>,
  raw: unknown,
  overrides: VariableNames = {},
): { readonly config: Out<C> } | { readonly problems: readonly string[] } {
  const { name, config: schema, secrets = [] } = plugin.manifest
  const result = schema['~standard'].validate(raw)
  if (result instanceof Promise) {
    return { problems: [`${name}: its config schema is asynchronous; remove the asynchronous checks from it`] }
  }
  if (!result.issues) return { config: result.value as Out<C> }
  return {
    problems: result.issues.map((issue) => {
      const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
      const [key] = path
      if (key === undefined) return `${name}: config ${withoutSecrets(issue.message, raw, secrets)}`
      const variable = variableOf(name, key, overrides)
      const value = field(raw, key)
      if (value === undefined) return `${name}: ${key} is missing; set ${variable}`
      const what = withoutSecrets(issue.message, raw, secrets)
      return `${name}: ${path.join('.')} is not valid (${what}); correct ${variable}`
    }),
  }
}

/** As `checkConfig`, throwing CONFIG_INVALID. @example const config = parseConfig(slack, configFromEnv('slack', process.env)) */
export function parseConfig<C extends Schema>(plugin: Plugin<C>, raw: unknown, overrides: VariableNames = {}): Out<C> {
  const checked = checkConfig(plugin, raw, overrides)
  if ('problems' in checked) throw new HubError('CONFIG_INVALID', checked.problems.join('\n'))
  return checked.config
}

/** Top-level keys of a config schema, or null where the schema cannot describe itself. */
export function configKeys(schema: Schema): readonly string[] | null {
  const standard = schema['~standard']
  if (!('jsonSchema' in standard)) return null
  try {
    const described = (standard as ArgsSchema['~standard']).jsonSchema.input({
      target: 'draft-2020-12',
      // Zod refuses schemas with custom types otherwise; their names are all that is wanted here.
      libraryOptions: { unrepresentable: 'any' },
    })
    const properties = described.properties
    return typeof properties === 'object' && properties !== null ? Object.keys(properties) : null
  } catch {
    return null
  }
}

/** Some schema libraries quote the received value, and a refinement's own message may. */
function withoutSecrets(message: string, raw: unknown, secrets: readonly string[]): string {
  const quoted = secrets.some((key) => {
    const value = field(raw, key)
    return value !== undefined && value !== '' && message.includes(String(value))
  })
  return quoted ? 'its value is refused' : message.split('\n', 1).join('')
}
function field(raw: unknown, key: string): unknown {
  return typeof raw === 'object' && raw !== null && Object.hasOwn(raw, key)
    ? (raw as Record<string, unknown>)[key]
    : undefined
}
function constantCase(name: string): string {
  return name
    .replaceAll('-', '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
}
function camelCase(constant: string): string {
  return constant.toLowerCase().replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
