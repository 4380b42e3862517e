import { z } from 'zod'

const PORTAL = 'copy it from https://discord.com/developers/applications, page of your app'
const SNOWFLAKE = /^\d{17,20}$/

export const config = z.object({
  /** General Information → Application ID. */
  appId: z.string().regex(SNOWFLAKE, `must be 17 to 20 digits; ${PORTAL}`),
  /** General Information → Public Key: what interactions are signed with. */
  publicKey: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, `must be 64 hex digits; ${PORTAL}`)
    .transform((hex) => hex.toLowerCase()),
  /** Bot → Token. */
  botToken: z.string().regex(/^\S+$/, `must not be empty or contain spaces; ${PORTAL}`),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://discord.com/api')
    .transform((url) => url.replace(/\/+$/, '')),
  /** 'on': mentions and direct messages come in through Discord's Gateway, a standing connection. */
  gateway: z
    .enum(['on', 'off'], 'must be on or off')
    .default('off')
    .transform((given) => given === 'on'),
  /** Servers that get the slash commands at once; empty: all servers and direct messages. */
  guildIds: z
    .string()
    .default('')
    .transform((list) => list.split(/[\s,]+/).filter((id) => id !== ''))
    .refine((ids) => ids.every((id) => SNOWFLAKE.test(id)), 'must be server ids, separated by commas'),
})
export type DiscordConfig = z.output<typeof config>
