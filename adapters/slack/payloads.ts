import { z } from 'zod'

const text = z.string().min(1)

/** Only what the hub uses of Slack's payloads; the rest passes by. https://docs.slack.dev/apis/events-api */
const envelope = z.object({
  team_id: text,
  enterprise_id: z.string().nullish(),
  context_team_id: z.string().nullish(),
  is_ext_shared_channel: z.boolean().nullish(),
  authorizations: z
    .array(
      z.object({
        enterprise_id: z.string().nullish(),
        team_id: z.string().nullish(),
        user_id: z.string().nullish(),
        is_enterprise_install: z.boolean().nullish(),
      }),
    )
    .nullish(),
})
/** An event, and the installation it was sent to. */
export const eventEnvelope = envelope.extend({ event_id: text }).transform((given) => ({
  eventId: given.event_id,
  team: teamOf(given),
  enterprise: given.authorizations?.[0]?.enterprise_id || null,
  isShared: given.is_ext_shared_channel ?? null,
  bots: (given.authorizations ?? []).flatMap(({ user_id }) => (user_id ? [user_id] : [])),
}))
/**
 * The workspace that the app acts for. In a channel that another company shares, `team_id` is that company's:
 * https://github.com/slackapi/java-slack-sdk/issues/629. An organisation's installation names no workspace.
 */
function teamOf({ team_id, context_team_id, enterprise_id, is_ext_shared_channel, authorizations }: Envelope): string {
  const [ours] = authorizations ?? []
  if (!ours?.is_enterprise_install) return ours?.team_id || context_team_id || team_id
  if (context_team_id) return context_team_id
  const isTheirs = is_ext_shared_channel === true && enterprise_id !== ours.enterprise_id
  return (isTheirs && ours.enterprise_id) || team_id
}
type Envelope = z.output<typeof envelope>

/** Of an event that is about the app itself. Where its whole organisation has the app, that is who it is about. */
export const lifecycleEnvelope = z.object({
  team_id: z.string().nullish(),
  enterprise_id: z.string().nullish(),
  event_time: z.number(),
  authorizations: z.array(z.object({ is_enterprise_install: z.boolean().nullish() })).nullish(),
})
export const revokedTokens = z.object({ tokens: z.object({ bot: z.array(z.string()).nullish() }) })

/** A workspace that has the app through its organisation, in an event and in an interaction. */
export const grid = z.union([
  envelope
    .refine(({ authorizations }) => authorizations?.[0]?.is_enterprise_install && authorizations[0].enterprise_id)
    .transform((given) => ({ team: teamOf(given), enterprise: given.authorizations?.[0]?.enterprise_id ?? '' })),
  z
    .object({
      is_enterprise_install: z.literal(true),
      enterprise: z.object({ id: text }),
      team: z.object({ id: text, enterprise_id: z.string().nullish() }),
    })
    .transform(({ enterprise, team }) => ({ team: team.id, enterprise: team.enterprise_id || enterprise.id })),
])

export const messageEvent = z.object({
  user: text,
  /** Where the person is from: `team`, except in some channels that companies share. */
  team: z.string().nullish(),
  user_team: z.string().nullish(),
  text: z.string().default(''),
  channel: text,
  channel_type: z.string().optional(),
  ts: text,
  thread_ts: z.string().optional(),
  subtype: z.string().optional(),
  bot_id: z.string().nullish(),
  app_id: z.string().nullish(),
  bot_profile: z.unknown().optional(),
})
export type MessageEvent = z.output<typeof messageEvent>

/** https://docs.slack.dev/reference/events/app_home_opened */
export const homeOpened = z.object({ user: text, channel: text, tab: z.string() })

const organisation = z.object({ id: text })
const team = z.object({ id: text, enterprise_id: z.string().nullish() })
const user = z.object({
  id: text,
  username: z.string().optional(),
  name: z.string().optional(),
  team_id: z.string().optional(),
})

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export const blockActions = z.object({
  team: team.nullish(),
  enterprise: organisation.nullish(),
  user,
  trigger_id: z.string().optional(),
  response_url: z.string().optional(),
  channel: z.object({ id: text, name: z.string().optional() }).optional(),
  container: z.object({
    message_ts: z.string().optional(),
    thread_ts: z.string().optional(),
    is_ephemeral: z.boolean().optional(),
  }),
  message: z.object({ thread_ts: z.string().optional() }).optional(),
  /** Where it was pressed in a view instead of a message. */
  view: z
    .object({
      type: z.string(),
      private_metadata: z.string().optional(),
      app_installed_team_id: z.string().nullish(),
    })
    .nullish(),
  actions: z.array(z.object({ action_id: text, value: z.string().optional() })).min(1),
})
export type BlockActions = z.output<typeof blockActions>

/** https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload#message_action */
export const messageAction = z.object({
  team: team.nullish(),
  enterprise: organisation.nullish(),
  user,
  trigger_id: text,
  response_url: z.string().optional(),
  channel: z.object({ id: text, name: z.string().optional() }),
  message: z.object({ ts: text, thread_ts: z.string().optional() }),
})
export type MessageAction = z.output<typeof messageAction>

const stateValue = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_options: z.array(z.object({ value: z.string() })).optional(),
})
/** https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export const viewSubmission = z.object({
  team: team.nullish(),
  enterprise: organisation.nullish(),
  user,
  view: z.object({
    id: text,
    hash: z.string(),
    private_metadata: z.string(),
    app_installed_team_id: z.string().nullish(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), stateValue)) }),
  }),
})
export type ViewSubmission = z.output<typeof viewSubmission>
