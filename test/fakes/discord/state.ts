export type Json = Record<string, unknown>

export interface FakeChannel {
  readonly id: string
  readonly kind: 'text' | 'dm' | 'thread'
  readonly parentId?: string
  /** A thread that only who was added to it sees. */
  readonly isPrivate?: boolean
  /** Whose direct messages they are. */
  readonly recipient?: string
  /** The bot sees it and may write. */
  hasBot: boolean
  mayReadHistory: boolean
  mayOpenThreads: boolean
}
export interface FakeUser {
  readonly id: string
  readonly username: string
  readonly globalName: string | null
  readonly isBot?: boolean
  takesDirectMessages: boolean
}
export interface FakeFile {
  readonly name: string
  readonly text: string
}
export interface FakeMessage {
  readonly id: string
  readonly channel: string
  readonly author: string
  /** Who alone sees it, where it is ephemeral or a direct message. */
  readonly only?: string
  readonly isEphemeral: boolean
  readonly via: 'api' | 'interaction'
  content: string
  embeds: readonly Json[]
  components: readonly Json[]
  files: readonly FakeFile[]
  /** The message it answers. */
  readonly replyTo?: string
  readonly nonce?: string
  /** "hub is thinking …" */
  isLoading: boolean
  edited: boolean
  readonly storedAtMs: number
}
export interface FakeInteraction {
  readonly id: string
  readonly token: string
  readonly kind: 'command' | 'component' | 'autocomplete' | 'modal'
  readonly user: string
  readonly channel: string
  readonly issuedAtMs: number
  /** Discord has read the acknowledgement in time. */
  isAcknowledged: boolean
  /** The message that `@original` means. */
  original: string | null
  /** The first follow-up to a deferred reply takes its place. */
  isDeferred: boolean
}
export interface FakeModal {
  readonly customId: string
  readonly title: string
  readonly view: Json
  readonly user: string
  readonly channel: string
  /** The message whose button opened it. */
  readonly message: string | null
}
/** One request to the fake, in the order of arrival. */
export interface Arrival {
  /** 'POST /channels/:id/messages' */
  readonly call: string
  readonly path: string
  readonly body: Json
  readonly atMs: number
  /** 'ok', the number of the refusal, or the fault that was played. */
  readonly outcome: string
}
export interface DiscordState {
  readonly channels: Map<string, FakeChannel>
  readonly users: Map<string, FakeUser>
  readonly messages: FakeMessage[]
  readonly interactions: Map<string, FakeInteraction>
  readonly modals: FakeModal[]
  /** Registered commands by the path they were put to. */
  readonly commands: Map<string, readonly Json[]>
  readonly arrivals: Arrival[]
  /** Requests refused with 401, 403 or 429: 10,000 of them in ten minutes ban an address. */
  invalidRequests: number
  /** Calls made before the end of a wait that was asked for. */
  readonly early: { readonly call: string; readonly earlyByMs: number }[]
  /** What Discord would refuse or show badly, in what it received. */
  readonly problems: string[]
}
export const GUILD = '900000000000000001'
export const APP = '112233445566778899'
export const BOT_USER = '112233445566778800'
export const ANN = '300000000000000001'
export const BOB = '300000000000000002'
export const GENERAL = '500000000000000001'
/** The bot is not in it. */
export const STRANGE = '500000000000000002'
/** A direct conversation of Ann's with the bot. */
export const ANN_DM = '500000000000000009'

export function createState(now: () => number): DiscordState {
  const open = { hasBot: true, mayReadHistory: true, mayOpenThreads: true }
  const channels: FakeChannel[] = [
    { id: GENERAL, kind: 'text', ...open },
    { id: STRANGE, kind: 'text', ...open, hasBot: false },
    { id: ANN_DM, kind: 'dm', recipient: ANN, ...open, mayOpenThreads: false },
  ]
  const users: FakeUser[] = [
    { id: ANN, username: 'ann', globalName: 'Ann Example', takesDirectMessages: true },
    { id: BOB, username: 'bob', globalName: null, takesDirectMessages: true },
    { id: BOT_USER, username: 'hub', globalName: null, isBot: true, takesDirectMessages: false },
  ]
  const state: DiscordState = {
    channels: new Map(channels.map((c) => [c.id, c])),
    users: new Map(users.map((u) => [u.id, u])),
    messages: [],
    interactions: new Map(),
    modals: [],
    commands: new Map(),
    arrivals: [],
    invalidRequests: 0,
    early: [],
    problems: [],
  }
  for (const { id, kind } of channels) if (kind === 'text') state.messages.push(greeting(id, now()))
  return state
}
/** Something a person wrote: no channel that the bot may read is empty. */
export function greeting(channel: string, atMs: number): FakeMessage {
  return {
    id: nextId(),
    channel,
    author: ANN,
    isEphemeral: false,
    via: 'api',
    content: 'Good morning',
    embeds: [],
    components: [],
    files: [],
    isLoading: false,
    edited: false,
    storedAtMs: atMs,
  }
}
let last = 0n
/** Discord's ids: milliseconds since 2015 and a running number, never twice in the process. */
export function nextId(): string {
  const now = BigInt(Date.now() - 1_420_070_400_000) << 22n
  last = now > last ? now : last + 1n
  return String(last)
}
