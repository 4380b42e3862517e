import { z } from 'zod'

const text = z.string().min(1)
const account = z.object({
  id: text,
  name: z.string().optional(),
  aadObjectId: z.string().optional(),
})

/** Only what the hub uses of an activity; the rest passes by. https://learn.microsoft.com/microsoftteams/platform/bots/build-a-bot */
export const activity = z.object({
  type: text,
  id: z.string().optional(),
  name: z.string().optional(),
  channelId: text,
  serviceUrl: text,
  from: account,
  recipient: account,
  conversation: z.object({
    id: text,
    conversationType: z.string().optional(),
    isGroup: z.boolean().optional(),
    tenantId: z.string().optional(),
  }),
  channelData: z
    .object({
      tenant: z.object({ id: text }).optional(),
      channel: z.object({ id: text, type: z.string().optional() }).optional(),
    })
    .optional(),
  text: z.string().optional(),
  replyToId: z.string().optional(),
  action: z.string().optional(),
  value: z.unknown().optional(),
  entities: z
    .array(
      z.object({
        type: z.string(),
        text: z.string().optional().catch(undefined),
        mentioned: z.object({ id: z.string().optional() }).optional(),
      }),
    )
    .optional(),
  membersAdded: z.array(z.object({ id: z.string() })).optional(),
  membersRemoved: z.array(z.object({ id: z.string() })).optional(),
})
export type Activity = z.output<typeof activity>

/** What botbuilder takes for granted in an invoke. */
const invokeValue = z.object({ action: z.unknown().optional() })
const executeValue = z.object({ action: z.object({ type: text }) })
export function isReadable({ type, name, value }: Activity): boolean {
  if (type !== 'invoke') return true
  return (name === 'adaptiveCard/action' ? executeValue : invokeValue).safeParse(value).success
}

/** `Action.Execute`, and `Action.Submit` of clients that know no other: the saved command. */
export const savedCommand = z.object({ run: text.max(20_000) })

/** The button that opens a dialog, and the message extension's action. */
export const formRequest = z.object({ data: z.object({ form: text.max(20_000) }) })
export const extensionRequest = z.object({
  commandId: text,
  /** A message the action was chosen on. */
  messagePayload: z
    .object({ id: z.string().optional(), body: z.object({ content: z.string().nullish() }).optional() })
    .optional(),
})

/** What a form carries beside its fields. It comes back by way of the person's own client, hence the seal. */
export const carried = z.object({
  run: text.max(20_000),
  form: text,
  on: z.string().optional(),
  seal: z.string().optional(),
})
export const submission = z.object({
  data: z.looseObject({ hub: carried }),
})
export const extensionQuery = z.object({
  commandId: z.string().optional(),
  queryOptions: z.object({ skip: z.number().optional(), count: z.number().optional() }).optional(),
  parameters: z.array(z.object({ name: z.string(), value: z.unknown() })).optional(),
})
