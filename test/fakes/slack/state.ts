export interface FakeChannel {
  readonly id: string
  readonly name: string
  readonly kind: 'channel' | 'private' | 'im'
  /** With another company: https://docs.slack.dev/apis/slack-connect */
  readonly isShared?: boolean
  isMember: boolean
  isArchived: boolean
}
export interface FakeUser {
  readonly id: string
  readonly name: string
  readonly realName: string
  readonly email?: string
  readonly emailConfirmed?: boolean
  readonly isBot?: boolean
  /** Of another company, or of another workspace of the organisation. */
  readonly team?: string
  readonly enterprise?: string
}
export interface FakeMessage {
  readonly ts: string
  readonly channel: string
  readonly threadTs?: string
  /** Set for an ephemeral message: who sees it. */
  readonly only?: string
  readonly via: 'api' | 'response_url' | 'file' | 'person'
  /** Who wrote it, where it was not the bot. */
  readonly user?: string
  text: string
  blocks: readonly Record<string, unknown>[]
  metadata?: Record<string, unknown>
  files?: readonly { readonly id: string; readonly name: string; readonly title: string; readonly text: string }[]
  edited: boolean
  readonly storedAtMs: number
}
export interface FakeView {
  readonly id: string
  readonly hash: string
  readonly triggerId: string
  readonly user: string
  readonly view: Record<string, unknown>
}
export interface ResponseUrl {
  readonly channel: string
  readonly user: string
  readonly message?: string
  readonly expiresAtMs: number
  uses: number
}
/** One request to the fake, in the order of arrival. */
export interface Arrival {
  readonly method: string
  readonly args: Readonly<Record<string, unknown>>
  /** Whose token it carried. */
  readonly owner: string
  readonly atMs: number
  /** 'ok', Slack's error word, or the fault that was played. */
  readonly outcome: string
}
export interface SlackState {
  readonly channels: Map<string, FakeChannel>
  readonly users: Map<string, FakeUser>
  readonly messages: FakeMessage[]
  readonly views: FakeView[]
  /** The Home tab of each person, by user. */
  readonly homes: Map<string, FakeView>
  readonly responseUrls: Map<string, ResponseUrl>
  readonly uploads: Map<string, { readonly name: string; readonly length: number; text?: string }>
  readonly triggers: Map<string, { readonly user: string; readonly atMs: number; used: boolean }>
  readonly arrivals: Arrival[]
  /** Calls of each method, and messages stored for each delivery id: kept in every recording mode. */
  readonly counts: Map<string, number>
  readonly deliveries: Map<string, number>
  /** Calls made before the end of a wait that was asked for. */
  readonly early: { readonly method: string; readonly earlyByMs: number }[]
  /** What Slack would refuse or show badly, in what it received. */
  readonly problems: string[]
}
export const TEAM = 'T0000001'
export const APP = 'A0000001'
export const BOT_USER = 'U0BOT0001'

export function createState(): SlackState {
  const channels: FakeChannel[] = [
    { id: 'C0GENERAL', name: 'general', kind: 'channel', isMember: true, isArchived: false },
    { id: 'C0STRANGE', name: 'strange', kind: 'channel', isMember: false, isArchived: false },
    { id: 'C0ATTIC00', name: 'attic', kind: 'channel', isMember: true, isArchived: true },
    { id: 'C0SECRET0', name: 'privategroup', kind: 'private', isMember: true, isArchived: false },
    { id: 'D0ANN0001', name: 'directmessage', kind: 'im', isMember: true, isArchived: false },
  ]
  const users: FakeUser[] = [
    { id: 'U0ANN0001', name: 'ann', realName: 'Ann Example', email: 'ann@example.com', emailConfirmed: true },
    { id: 'U0BOB0001', name: 'bob', realName: 'Bob Example', email: 'bob@example.com', emailConfirmed: false },
    { id: BOT_USER, name: 'hub', realName: 'Hub', isBot: true },
  ]
  return {
    channels: new Map(channels.map((c) => [c.id, c])),
    users: new Map(users.map((u) => [u.id, u])),
    messages: [],
    views: [],
    homes: new Map(),
    responseUrls: new Map(),
    uploads: new Map(),
    triggers: new Map(),
    arrivals: [],
    counts: new Map(),
    deliveries: new Map(),
    early: [],
    problems: [],
  }
}
let sequence = 0
/** Ids in Slack's manner, unique in the process. */
export function nextId(prefix: string): string {
  sequence += 1
  return `${prefix}${sequence.toString(36).toUpperCase().padStart(8, '0')}`
}
let lastMicros = 0
/** Slack's message id: seconds and a running fraction, never twice. */
export function nextTs(): string {
  lastMicros = Math.max(lastMicros + 1, Date.now() * 1_000)
  return `${Math.floor(lastMicros / 1_000_000)}.${String(lastMicros % 1_000_000).padStart(6, '0')}`
}
