import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { HubError } from '#contract'
import { KNOWN_LOG_LEVELS, whyNotTrusted } from '../core/index.ts'
import type { Environment } from './plugins.ts'

const flag = z.string().trim()
const PORT_RANGE = 'must be a number from 0 to 65535'
const WHOLE = 'must be a whole number, 0 or more'
const UNREADABLE = 'is no readable address: write special characters of the password as %40 (@), %23 (#), %2F (/)'
const oneOf = (...values: readonly string[]) => `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
const schema = z.object({
  PORT: z.coerce.number(PORT_RANGE).int(PORT_RANGE).min(0, PORT_RANGE).max(65_535, PORT_RANGE).default(3000),
  HOST: flag.default('127.0.0.1'),
  HUB_ROLE: z.enum(['all', 'web', 'worker'], oneOf('all', 'web', 'worker')).default('all'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/\S+$/, 'must begin with postgres://')
    .refine(URL.canParse, UNREADABLE)
    .optional(),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/\S+$/, 'must begin with redis:// or rediss://')
    .refine(URL.canParse, UNREADABLE)
    .optional(),
  HUB_DATA_DIR: flag.default('./data'),
  HUB_SECRET_KEY: flag.optional(),
  HUB_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://hub.example.com' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  HUB_PLUGINS: flag.default(''),
  HUB_LINK_EMAIL_DOMAINS: z
    .string()
    .transform((list) => [...new Set(list.split(',').flatMap((one) => one.trim().toLowerCase() || []))])
    .superRefine((domains, ctx) => {
      const [problem] = domains.flatMap((domain) => whyNotTrusted(domain) ?? [])
      if (problem !== undefined) ctx.addIssue({ code: 'custom', message: problem })
    })
    .default([]),
  HUB_TOKENS_PER_DAY: z.coerce.number(WHOLE).int(WHOLE).min(0, WHOLE).default(2_000_000),
  LOG_LEVEL: z.enum(KNOWN_LOG_LEVELS, oneOf(...KNOWN_LOG_LEVELS)).default('info'),
})
export type ServerConfig = z.output<typeof schema>

/** Reads the environment once. @throws HubError CONFIG_INVALID: one line for each variable, with the cure and never with a value */
export function readConfig(env: Environment): ServerConfig {
  // Compose files leave variables set to nothing.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const result = schema.safeParse(given)
  if (!result.success) {
    throw new HubError('CONFIG_INVALID', result.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('\n'))
  }
  const config = result.data
  if (config.REDIS_URL && !config.DATABASE_URL) {
    throw new HubError(
      'CONFIG_INVALID',
      'REDIS_URL: Redis only rings; the ledger needs PostgreSQL beside it, so set DATABASE_URL too',
    )
  }
  if (config.HUB_ROLE !== 'all' && !config.DATABASE_URL) {
    throw new HubError(
      'CONFIG_INVALID',
      `HUB_ROLE: the embedded database is one process, so ${config.HUB_ROLE} needs DATABASE_URL`,
    )
  }
  if (config.DATABASE_URL && !config.HUB_SECRET_KEY) {
    throw new HubError(
      'CONFIG_INVALID',
      'HUB_SECRET_KEY: is needed with DATABASE_URL to encrypt stored secrets; make one with `openssl rand -hex 32`',
    )
  }
  return config
}

export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
