export type Json = Readonly<Record<string, unknown>>

export interface FakeConversation {
  readonly id: string
  readonly kind: 'personal' | 'groupChat' | 'channel'
  readonly channelType?: 'standard' | 'private' | 'shared'
  readonly members: readonly string[]
  /** The app is installed there. */
  isOpen: boolean
}
export interface FakePerson {
  readonly id: string
  readonly aadObjectId: string
  readonly name: string
  readonly userPrincipalName?: string
  readonly email?: string
  readonly userRole?: 'user' | 'guest'
}
export interface FakeMessage {
  readonly id: string
  readonly conversation: string
  readonly thread?: string
  /** The one person who sees a personal chat. */
  readonly owner?: string
  activity: Json
  edited: boolean
  readonly storedAtMs: number
}
/** One request to the fake, in the order of arrival. */
export interface Arrival {
  readonly method: Operation
  readonly args: Json
  readonly atMs: number
  /** 'ok', the code of a refusal, or the fault that was played. */
  readonly outcome: string
}
export type Operation = 'send' | 'typing' | 'update' | 'create' | 'member' | 'token' | 'metadata' | 'keys'

export interface TeamsState {
  readonly conversations: Map<string, FakeConversation>
  readonly people: Map<string, FakePerson>
  readonly messages: FakeMessage[]
  readonly arrivals: Arrival[]
  readonly counts: Map<string, number>
  /** Calls made before the end of a wait that was asked for. */
  readonly early: { readonly method: string; readonly earlyByMs: number }[]
  /** What Teams would refuse or show badly, in what it received. */
  readonly problems: string[]
}
export const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'
export const BOT = { id: '28:f5d48856-5b42-41a0-8c3a-c5f944b679b0', name: 'hub' } as const
export const ANN = '29:1ann-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
export const BOB = '29:1bob-BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB'
export const GUEST = '29:1guest-GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG'
export const CHANNEL = '19:general0000000000000000000000000@thread.tacv2'
export const GROUP = '19:group000000000000000000000000000@thread.v2'
export const PERSONAL = 'a:1ann-personal-chat'

export function createState(): TeamsState {
  const conversations: FakeConversation[] = [
    { id: CHANNEL, kind: 'channel', channelType: 'standard', members: [ANN, BOB, GUEST], isOpen: true },
    { id: GROUP, kind: 'groupChat', members: [ANN, BOB], isOpen: true },
    { id: PERSONAL, kind: 'personal', members: [ANN], isOpen: true },
  ]
  const people: FakePerson[] = [
    {
      id: ANN,
      aadObjectId: 'c33aafc4-646d-4543-9d4c-abd28e000001',
      name: 'Ann Example',
      userPrincipalName: 'Ann@example.com',
      email: 'somebody.else@victim.test',
      userRole: 'user',
    },
    { id: BOB, aadObjectId: 'c33aafc4-646d-4543-9d4c-abd28e000002', name: 'Bob Example', userRole: 'user' },
    {
      id: GUEST,
      aadObjectId: 'c33aafc4-646d-4543-9d4c-abd28e000003',
      name: 'Gus Guest',
      userPrincipalName: 'gus_partner.test#EXT#@example.com',
      userRole: 'guest',
    },
  ]
  return {
    conversations: new Map(conversations.map((c) => [c.id, c])),
    people: new Map(people.map((p) => [p.id, p])),
    messages: [],
    arrivals: [],
    counts: new Map(),
    early: [],
    problems: [],
  }
}
let last = 0
/** Ids in Teams' manner, milliseconds, never twice. */
export function nextId(): string {
  last = Math.max(last + 1, Date.now())
  return String(last)
}
