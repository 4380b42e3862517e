import { readMessage } from '../../fakes/discord/check.ts'
import { type FakeMessage, startDiscordFake } from '../../fakes/discord/index.ts'
import { signDiscord, signingKey } from '../../fakes/discord/sign.ts'
import { ANN, APP, type Json, nextId } from '../../fakes/discord/state.ts'
import { FAILURE } from '../entries.ts'
import type { Lane } from '../lanes.ts'
import type { ChatPlatform, Said, StandIn, StandInOptions } from './chat-platform.ts'

/** Both halves make the same pair of it. */
const SEED = 7
const DEFERRED = 5
/** An answer takes the place of its deferred reply; it follows it, or is a message of its own, where it cannot. */
const POSTS = ['PATCH /webhooks/:id/:token/messages/:id', 'POST /webhooks/:id/:token', 'POST /channels/:id/messages']

/** Interactions over HTTP, as they are by default. Discord orders none of them, and sends none again. */
export const discord: ChatPlatform = {
  name: 'discord',
  canLook: true,
  // An ephemeral message is in no history.
  unseen: 'whisper',
  sendsAgain: false,
  signsTime: true,
  rates: {
    channels: () => 6,
    // The hub's own pace: five at once in a channel, then one a second.
    leastMs: (posts, channels) => (posts / channels - 5) * 1_000,
  },
  path: '/hooks/discord',
  caller() {
    const key = signingKey(SEED)
    return {
      patienceMs: 3_000,
      wire(said) {
        const interaction = { id: said.deliveryId ?? nextId(), token: `token-of-${said.op}-${nextId()}` }
        return {
          body: JSON.stringify(interactionBody(said, interaction)),
          contentType: 'application/json',
          inLane: false,
          again: false,
          told: (answer) => ({ ...interaction, channel: channelId(said.lane), answer }),
          key: { workspace: `discord:${guildId(said.lane)}`, deliveryId: `interaction:${interaction.id}` },
        }
      },
      sign: (body, nowSeconds) => signDiscord(body, key, nowSeconds),
      repeat: () => ({}),
      // Anything else is a word of regret to the person, who knows then that nothing was stored.
      isTaken: (answer) => (JSON.parse(answer) as Json).type === DEFERRED,
    }
  },
  start,
}

async function start({ rateTimeScale, historyLagMs, ...options }: StandInOptions): Promise<StandIn> {
  /** What each message last said: an answer may take the place of a notice that it failed. */
  const said = new Map<string, string>()
  let isRegret = false
  const fake = await startDiscordFake({
    openWorld: true,
    key: signingKey(SEED),
    ...(rateTimeScale === undefined ? {} : { rateTimeScale }),
    faultFor(call, body) {
      fake.setReadLagMs(historyLagMs())
      if (options.isRevoked()) return { kind: 'refuse', status: 401, code: 0 }
      return POSTS.includes(call) ? options.faultOfPost(readMessage(body).words) : null
    },
    onStored(message, how) {
      // "hub is thinking …" is no arrival, and neither is the regret of an acknowledgement; the words that take their place are.
      if (message.isLoading || isRegret) return
      const { mentions, links, words } = readMessage(message)
      const wasNotice = FAILURE.test(said.get(message.id) ?? '') && !FAILURE.test(words)
      said.set(message.id, words)
      // An address that stands there as it is hides nothing.
      const live = [...mentions, ...links.map(shownAs).filter((link) => !words.includes(link))]
      options.onSeen({
        how: how === 'created' || !message.edited || wasNotice ? 'created' : 'edited',
        key: markOf(message),
        channel: message.channel,
        thread: '',
        text: words,
        live,
      })
    },
  })
  const sender = fake.to(fake.apiUrl)
  return {
    port: Number(new URL(fake.apiUrl).port),
    env: (origin) => ({ ...fake.env, DISCORD_API_URL: `${origin}/api` }),
    hand: () => ({}),
    get early() {
      return fake.early.map(({ call, earlyByMs }) => ({ method: call, earlyByMs }))
    },
    facts: () => ({
      stored: fake.messages.length,
      calls: countsOf(fake.arrivals.map(({ call }) => call)),
      problems: fake.problems,
    }),
    hear({ id = '', token = '', channel = '', answer = '' }) {
      const given = JSON.parse(answer) as Json
      isRegret = given.type !== DEFERRED
      sender.answered({ id, token, channel, user: ANN }, given)
      isRegret = false
    },
  }
}
/** As it is shown: the backslashes that keep Markdown from meaning something are not. */
function shownAs(text: string): string {
  return text.replace(/\\(?=[^\p{L}\p{N}\s]|$)/gu, '')
}
function countsOf(calls: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const call of calls) counts[call] = (counts[call] ?? 0) + 1
  return counts
}
function markOf({ embeds }: FakeMessage): string {
  const [footer] = embeds.flatMap((embed) => (embed.footer as { text?: string } | undefined)?.text ?? [])
  return footer ?? ''
}
function channelId({ channel }: Lane): string {
  return String(600_000_000_000_000_000n + BigInt(channel))
}
function guildId({ team }: Lane): string {
  return String(900_000_000_000_100_000n + BigInt(team))
}
/** https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object */
function interactionBody(
  { lane, command, words }: Said,
  { id, token }: { readonly id: string; readonly token: string },
): Json {
  const channel = channelId(lane)
  return {
    id,
    application_id: APP,
    type: 2,
    token,
    version: 1,
    data: { id: nextId(), name: command, type: 1, options: [{ type: 3, name: 'words', value: words }] },
    guild_id: guildId(lane),
    channel_id: channel,
    channel: { id: channel, type: 0 },
    member: { user: { id: ANN, username: 'ann', discriminator: '0', avatar: null }, roles: [] },
    context: 0,
    locale: 'en-GB',
    entitlements: [],
    attachment_size_limit: 10_485_760,
  }
}
