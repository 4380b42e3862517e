import { z } from 'zod'

const id = z.string().regex(/^\d{1,20}$/)
const user = z.object({ id, username: z.string().optional(), global_name: z.string().nullish() })

/** Only what the hub uses; the rest passes by. https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object */
export const interaction = z
  .object({
    id,
    type: z.int(),
    token: z.string().min(1),
    guild_id: id.nullish(),
    channel_id: id.nullish(),
    channel: z.object({ id, type: z.int().optional(), parent_id: id.nullish() }).nullish(),
    member: z.object({ user }).nullish(),
    user: user.nullish(),
    message: z.object({ id, flags: z.int().optional() }).nullish(),
    data: z.unknown(),
  })
  .transform((given, context) => {
    const person = given.member?.user ?? given.user
    const channelId = given.channel?.id ?? given.channel_id
    if (person && channelId) return { ...given, user: person, channelId }
    context.addIssue({ code: 'custom', message: 'names no person or no channel' })
    return z.NEVER
  })
export type Interaction = z.output<typeof interaction>

const named = z.record(z.string(), z.object({ name: z.string().optional() }))
interface Option {
  readonly name: string
  readonly type: number
  readonly value?: string | number | boolean | undefined
  readonly focused?: boolean | undefined
  readonly options?: readonly Option[] | undefined
}
const option: z.ZodType<Option> = z.lazy(() =>
  z.object({
    name: z.string(),
    type: z.int(),
    value: z.union([z.string(), z.number(), z.boolean()]).optional(),
    focused: z.boolean().optional(),
    options: z.array(option).max(25).optional(),
  }),
)
export const commandData = z.object({
  name: z.string().min(1),
  options: z.array(option).max(25).default([]),
  resolved: z
    .object({
      users: z
        .record(z.string(), z.object({ username: z.string().optional(), global_name: z.string().nullish() }))
        .optional(),
      roles: named.optional(),
      channels: named.optional(),
    })
    .optional(),
})
export type CommandData = z.output<typeof commandData>

export const componentData = z.object({ custom_id: z.string().min(1).max(100) })

const field = z.object({
  custom_id: z.string().optional(),
  value: z.string().optional(),
  values: z.array(z.string()).optional(),
})
/** Inputs stand in a label each, in older forms in a row. */
export const modalData = z.object({
  custom_id: z.string().min(1).max(100),
  components: z
    .array(z.object({ component: field.optional(), components: z.array(field).optional() }))
    .transform((all) => all.flatMap((one) => [...(one.component ? [one.component] : []), ...(one.components ?? [])])),
})
export type ModalData = z.output<typeof modalData>

/** https://docs.discord.com/developers/resources/message#message-object */
export const gatewayMessage = z.object({
  id,
  type: z.int(),
  channel_id: id,
  guild_id: id.nullish(),
  author: user.extend({ bot: z.boolean().optional() }),
  webhook_id: id.nullish(),
  content: z.string().default(''),
  mentions: z.array(user).default([]),
  message_reference: z.object({ message_id: id.optional() }).nullish(),
})
export type GatewayMessage = z.output<typeof gatewayMessage>

const bits = z.string().regex(/^\d{1,30}$/)
/** https://docs.discord.com/developers/resources/channel#overwrite-object */
export const overwrites = z.array(z.object({ id, deny: bits.optional() }))

export const gatewayInfo = z.object({
  url: z.string(),
  shards: z.int(),
  session_start_limit: z.object({
    total: z.int(),
    remaining: z.int(),
    reset_after: z.number(),
    max_concurrency: z.int(),
  }),
})
