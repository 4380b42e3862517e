import type { Tenant, Who } from './people.ts'
import type { Switches } from './switches.ts'
import { masked, maskedHeaders, type WireLine } from './wire.ts'

export type Json = Readonly<Record<string, unknown>>
export const obj = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})

/** One line of a conversation: `body` is what the platform was sent, and the page shows it as that platform would. */
export interface Item {
  readonly id: string
  readonly atMs: number
  readonly who: Who | 'hub'
  /** The item it stands under. */
  readonly thread: string | null
  readonly edited: boolean
  /** Who alone sees it, in words. */
  readonly only: string | null
  readonly loading: boolean
  readonly text: string
  readonly body: Json
  readonly files: readonly { readonly name: string; readonly text: string }[]
}
export interface Form {
  readonly id: string
  readonly body: Json
}
/** What a person sees at once after having done something. */
export interface Reaction {
  readonly notice?: string
  readonly error?: string
  readonly form?: Form
  /** Messages about single fields of the form that stays open. */
  readonly fields?: Readonly<Record<string, string>>
}
/** One platform of the demo: what a person does there, and what they see. */
export interface Desk {
  readonly name: 'slack' | 'discord' | 'teams'
  readonly title: string
  readonly hint: string
  readonly switches: Switches
  readonly tenant: Tenant
  /** The app is added to the channel, where a platform tells the hub of that: before, Teams lets nobody write there. */
  join?(): Promise<void>
  say(who: Who, text: string, thread: string | null): Promise<Reaction>
  press(who: Who, item: string, button: number): Promise<Reaction>
  submit(who: Who, form: string, values: Readonly<Record<string, string>>): Promise<Reaction>
  items(): readonly Item[]
  /** Bodies the platform refused, and what it would show badly. */
  refusals(): readonly string[]
  wire(): readonly WireLine[]
  close(): Promise<void>
}

/** What the person wrote, kept beside what the platform was sent. */
export function createSaid() {
  const said: Item[] = []
  const add = (who: Item['who'], text: string, more: Partial<Item> = {}): Item => {
    const base = { id: `said-${said.length}`, atMs: Date.now(), thread: null, edited: false, only: null }
    const item: Item = { ...base, who, text, loading: false, body: {}, files: [], ...more }
    said.push(item)
    return item
  }
  return { all: said as readonly Item[], add }
}

/** Carries signed requests to the hub, notes them, and delivers twice where that is switched on. */
export function createCarrier(hubUrl: string, path: string, switches: Switches) {
  const wire: WireLine[] = []
  const deliver = async (request: Request, body: string, repeat: boolean): Promise<Response> => {
    const answer = await fetch(`${hubUrl}${path}`, { method: 'POST', body, headers: request.headers })
    const text = await answer.text()
    wire.push({
      atMs: Date.now(),
      from: 'platform',
      what: `POST ${path}${repeat ? ' (again)' : ''}`,
      outcome: String(answer.status),
      isBad: !answer.ok,
      body: `${maskedHeaders(request.headers)}\n\n${masked(body)}\n\n→ ${masked(text)}`,
    })
    return new Response(text === '' ? null : text, { status: answer.status, headers: answer.headers })
  }
  return {
    wire: wire as readonly WireLine[],
    async carry(request: Request): Promise<Response> {
      const body = await request.text()
      const [first] = await Promise.all([
        deliver(request, body, false),
        ...(switches.on.has('duplicate') ? [deliver(request, body, true)] : []),
      ])
      return first
    },
  }
}
export const sortedWire = (lines: readonly WireLine[]): readonly WireLine[] =>
  [...lines].sort((a, b) => a.atMs - b.atMs).slice(-80)
