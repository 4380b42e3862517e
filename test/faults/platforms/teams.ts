import { checkActivity, readActivity } from '../../fakes/teams/cards.ts'
import { startTeamsFake } from '../../fakes/teams/index.ts'
import { serviceClaims } from '../../fakes/teams/sign.ts'
import { ANN, BOT, type Json } from '../../fakes/teams/state.ts'
import type { Lane } from '../lanes.ts'
import type { ChatPlatform, Said, StandIn, StandInOptions } from './chat-platform.ts'

/** Longer than any run: the service signs for hours, and what is tried here is not its clock. */
const TOKEN_SECONDS = 86_400

/** Mentions in threads of channels. Teams shows a bot none of its own posts again, so that what was lost is held. */
export const teams: ChatPlatform = {
  name: 'teams',
  canLook: false,
  unseen: 'echo',
  sendsAgain: true,
  signsTime: false,
  rates: {
    channels: () => 6,
    // The hub's own pace in a thread: six at once and one a second, and 600 of an hour at once.
    leastMs: (posts, channels) => Math.max((posts / channels - 6) * 1_000, (posts / channels - 600) * 3_010),
  },
  path: '/hooks/teams',
  caller: ({ token = '', serviceUrl = '' }) => ({
    // https://learn.microsoft.com/azure/bot-service/bot-builder-howto-long-operations-guidance
    patienceMs: 15_000,
    wire(said) {
      const activity = activityOf(said, serviceUrl)
      const { id, conversation } = activity
      return {
        body: JSON.stringify(activity),
        contentType: 'application/json; charset=utf-8',
        inLane: !said.slash,
        again: true,
        key: { workspace: `teams:${tenantId(said.lane)}`, deliveryId: `activity:msteams:${conversation.id}:${id}` },
      }
    },
    sign: () => ({ authorization: `Bearer ${token}` }),
    repeat: () => ({}),
    isTaken: () => true,
  }),
  start,
}

async function start({ rateTimeScale, ...options }: StandInOptions): Promise<StandIn> {
  const fake = await startTeamsFake({
    openWorld: true,
    ...(rateTimeScale === undefined ? {} : { rateTimeScale }),
    faultFor(method, { activity }) {
      if (options.isRevoked()) return { kind: 'refuse', status: 401, code: 'Unauthorized' }
      return method === 'send' ? options.faultOfPost(textOf(activity as Json)) : null
    },
    onStored({ id, conversation, thread = '', activity }, how) {
      const { mentions, links } = readActivity(activity)
      const live = [...mentions, ...links]
      options.onSeen({ how, key: id, channel: conversation, thread, text: textOf(activity), live })
    },
  })
  // The first message would wait until Microsoft's schemas are compiled, and every other one behind it.
  checkActivity({ type: 'typing' })
  // Lanes are of many tenants, each with rates of its own.
  const { TEAMS_TENANT_ID: _one, ...env } = fake.env
  return {
    port: Number(new URL(fake.origin).port),
    // Where answers go is in what Teams sends, and in the token it is sent with.
    env: () => env,
    async hand(origin) {
      const serviceUrl = `${origin}/amer/`
      const nowSeconds = Math.floor(Date.now() / 1_000)
      const claims = { ...serviceClaims(fake.appId, serviceUrl, nowSeconds), exp: nowSeconds + TOKEN_SECONDS }
      return { serviceUrl, token: await fake.signer.token(claims) }
    },
    early: fake.early,
    facts: () => ({
      stored: fake.messages.length,
      calls: Object.fromEntries(fake.counts),
      problems: fake.problems,
    }),
  }
}
/** What a notification shows: the words, or the summary of a card. */
function textOf({ text, summary }: Json): string {
  return String(text ?? summary ?? '')
}
/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-messages-with-bot */
function activityOf({ op, lane, command, words, slash, deliveryId }: Said, serviceUrl: string) {
  const number = String(lane.channel).padStart(9, '0')
  const channel = `19:lane${number}@thread.tacv2`
  const tenant = tenantId(lane)
  // Outside of threads there is nothing: a post in a channel begins one.
  const thread = slash ? `18${op.replace(/\D/g, '').padStart(11, '0')}` : `1700${number}`
  const at = new Date().toISOString()
  return {
    type: 'message',
    id: deliveryId ?? `message-${op}`,
    timestamp: at,
    localTimestamp: at,
    channelId: 'msteams',
    serviceUrl,
    from: { id: ANN, name: 'Ann Example', aadObjectId: 'c33aafc4-646d-4543-9d4c-abd28e000001' },
    recipient: BOT,
    conversation: {
      conversationType: 'channel',
      tenantId: tenant,
      id: `${channel};messageid=${thread}`,
      isGroup: true,
    },
    channelData: {
      tenant: { id: tenant },
      teamsChannelId: channel,
      teamsTeamId: channel,
      channel: { id: channel, type: 'standard' },
      team: { id: channel },
    },
    locale: 'en-US',
    textFormat: 'plain',
    text: `<at>${BOT.name}</at> ${command} ${words}`,
    entities: [{ type: 'mention', mentioned: BOT, text: `<at>${BOT.name}</at>` }],
  }
}
function tenantId({ team }: Lane): string {
  return `72f988bf-86f1-41af-91ab-${String(team).padStart(12, '0')}`
}
