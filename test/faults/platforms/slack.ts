import { readMessage } from '../../fakes/slack/blocks.ts'
import { type FakeMessage, startSlackFake } from '../../fakes/slack/index.ts'
import { signSlack } from '../../fakes/slack/sign.ts'
import type { Lane } from '../lanes.ts'
import type { ChatPlatform, StandIn, StandInOptions } from './chat-platform.ts'

const FORM = 'application/x-www-form-urlencoded'
const BOT = 'U0BOT0001'
const POSTS = ['chat.postMessage', 'chat.postEphemeral']

/** Mentions in threads, and slash commands outside of them. Slack sends mentions again, and shows a bot its own posts. */
export const slack: ChatPlatform = {
  name: 'slack',
  canLook: true,
  // Words for one person alone are in no history.
  unseen: 'whisper',
  sendsAgain: true,
  signsTime: true,
  rates: {
    channels: (isQuick) => (isQuick ? 30 : 200),
    // 300 a minute for a workspace, after a burst of 20.
    leastMs: (posts) => ((posts - 20) / 5) * 1_000,
  },
  path: '/hooks/slack',
  caller: ({ secret = '' }) => ({
    patienceMs: 3_000,
    wire({ op, lane, command, words, slash, deliveryId }) {
      const workspace = `slack:${teamId(lane)}`
      if (slash) {
        const trigger = deliveryId ?? `${op}.${Date.now()}`
        return {
          body: slashBody(lane, command, words, trigger),
          contentType: FORM,
          inLane: false,
          again: false,
          key: { workspace, deliveryId: `trigger:${trigger}` },
        }
      }
      const eventId = deliveryId ?? `Ev${op}`
      return {
        body: mentionBody(lane, `${command} ${words}`, eventId),
        contentType: 'application/json',
        inLane: true,
        again: true,
        key: { workspace, deliveryId: `event:${eventId}` },
      }
    },
    sign: (body, nowSeconds) => signSlack(body, secret, nowSeconds),
    repeat: (nth) => ({ 'x-slack-retry-num': String(nth), 'x-slack-retry-reason': 'http_error' }),
    isTaken: () => true,
  }),
  start,
}

async function start({ rateTimeScale, random, ...options }: StandInOptions): Promise<StandIn> {
  const lags = new Map<string, number>()
  const fake = await startSlackFake({
    openWorld: true,
    record: 'all',
    ...(rateTimeScale === undefined ? {} : { rateTimeScale }),
    historyLagOf: (message) => lags.get(message.ts) ?? 0,
    faultFor(method, args) {
      if (options.isRevoked()) return { kind: 'refuse', error: 'invalid_auth' }
      return POSTS.includes(method) ? options.faultOfPost(String(args.text ?? '')) : null
    },
    onStored(message, how) {
      const longest = options.historyLagMs()
      if (longest > 0 && how === 'created') lags.set(message.ts, random.next() * longest)
      const { mentions, links } = readMessage(message)
      const { channel, threadTs: thread = '', text } = message
      options.onSeen({ how, key: keyOf(message), channel, thread, text, live: [...mentions, ...links] })
    },
  })
  return {
    port: Number(new URL(fake.origin).port),
    env: (origin) => ({ ...fake.env, SLACK_API_URL: `${origin}/api/` }),
    hand: () => ({ secret: fake.signingSecret }),
    early: fake.early,
    facts: () => ({
      stored: fake.messages.length,
      calls: Object.fromEntries(fake.counts),
      problems: fake.problems,
    }),
  }
}
function keyOf(message: FakeMessage): string {
  const payload = message.metadata?.event_payload as { delivery_id?: unknown } | undefined
  return typeof payload?.delivery_id === 'string' ? payload.delivery_id : ''
}

function teamId({ team }: Lane): string {
  return `T${String(team).padStart(7, '0')}`
}
function channelId({ channel }: Lane): string {
  return `C${String(channel).padStart(8, '0')}`
}
/** https://docs.slack.dev/reference/events/app_mention */
function mentionBody(lane: Lane, text: string, eventId: string): string {
  const ts = `${Math.floor(Date.now() / 1_000)}.000200`
  const team = teamId(lane)
  return JSON.stringify({
    token: 'verification',
    team_id: team,
    api_app_id: 'A0000001',
    type: 'event_callback',
    event_id: eventId,
    event_time: Math.floor(Date.now() / 1_000),
    authorizations: [{ enterprise_id: null, team_id: team, user_id: BOT, is_bot: true, is_enterprise_install: false }],
    event: {
      type: 'app_mention',
      user: 'U0ANN0001',
      team,
      channel: channelId(lane),
      ts,
      event_ts: ts,
      thread_ts: `17${String(lane.channel).padStart(8, '0')}.000100`,
      text: `<@${BOT}> ${text}`,
    },
  })
}
function slashBody(lane: Lane, command: string, text: string, trigger: string): string {
  return new URLSearchParams({
    token: 'verification',
    team_id: teamId(lane),
    channel_id: channelId(lane),
    channel_name: 'channel',
    user_id: 'U0ANN0001',
    user_name: 'ann',
    command: `/${command}`,
    text,
    api_app_id: 'A0000001',
    is_enterprise_install: 'false',
    trigger_id: trigger,
  }).toString()
}
