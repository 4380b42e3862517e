import type { Env, Hono } from 'hono'
import type { ApiOperation } from './api.ts'
import type { Capabilities, Channel } from './channel.ts'
import type { Catalog, Command, CommandInput } from './command.ts'
import type { EventHandler, EventType, JobHandler, Schedule } from './jobs.ts'
import type { Log } from './log.ts'
import type { Mentions } from './mentions.ts'
import type { Account, Role } from './people.ts'
import type { Place, Posted } from './place.ts'
import type { Awaitable, In, Out, Schema } from './schema.ts'
import type { TaskHandler } from './task.ts'

/** Version of this contract; a manifest's `hub` range is checked against it. */
export const HUB_API = '1.0.0'

/** A typed port between plugins: one provides, others use. */
export interface Service<T> {
  readonly name: string
  /** Carries the type; never set. */
  readonly type?: T
}
export interface Provision {
  readonly service: Service<unknown>
  readonly impl: unknown
}
/** What the host must know before it runs any plugin code. */
export interface Manifest<C extends Schema = Schema> {
  /** kebab-case: route `/hooks/<name>`, log scope, key prefix, and the prefix of its variables (`ACME_API_KEY` is `apiKey` of `acme`). */
  readonly name: string
  readonly version: string
  /** One line for the README and the start-up report. */
  readonly summary: string
  /** semver range of `HUB_API` */
  readonly hub: string
  /** Parsed once by the host; no plugin reads the environment. */
  readonly config: C
  /** Config keys masked in logs and in the API. */
  readonly secrets?: readonly string[]
  /** Services it cannot do without; decides the start order. */
  readonly requires?: readonly Service<unknown>[]
  /** Largest request its routes take; absent: 1,000,000. */
  readonly maxBodyBytes?: number
  /** Required of every plugin that returns a channel. */
  readonly can?: Capabilities
  /**
   * What people of a workspace that this adapter connects may do until an admin says otherwise; absent: member. 'none' where everybody in the
   * world can write to it, as to a mailbox.
   */
  readonly defaultRole?: Role | 'none'
}
/** One contract for both kinds: an adapter is a plugin whose parts have a `channel`. */
export interface Plugin<C extends Schema = Schema> {
  readonly manifest: Manifest<C>
  /** Builds objects; opens no sockets, reads no database. */
  setup(hub: Hub<Out<C>>): Awaitable<Parts>
}
/** Variables the host sets on each request to a plugin's routes. */
export interface HookEnv extends Env {
  Variables: { requestId: string; log: Log }
}
export interface Parts {
  readonly provides?: readonly Provision[]
  readonly commands?: readonly Command[]
  readonly events?: readonly EventHandler[]
  readonly jobs?: readonly JobHandler[]
  readonly schedules?: readonly Schedule[]
  /** What other plugins may have done: the steps of workflows. */
  readonly tasks?: readonly TaskHandler[]
  /** Added to the HTTP API. */
  readonly operations?: readonly ApiOperation[]
  /** Mounted at `/hooks/<name>`; verifies its own signatures over the raw body. */
  readonly routes?: Hono<HookEnv>
  /** Mounted at `/`; for the console only. */
  readonly site?: Hono<HookEnv>
  readonly channel?: Channel
  /** Opens sockets; runs in worker roles, after every setup and before listening, in `requires` order. */
  start?(signal: AbortSignal): Awaitable<void>
  /** Reverse of start order. Safe without start. */
  close?(): Awaitable<void>
  health?(): Awaitable<Health>
}
/** A plugin's scoped door to the hub. */
export interface Hub<Config = unknown> {
  readonly config: Config
  readonly log: Log
  /** This plugin's own keys, encrypted at rest. */
  readonly kv: KeyValue
  readonly catalog: Catalog
  /** A service listed in `requires`; usable once every plugin is set up. */
  use<T>(service: Service<T>): T
  /** A service that may be absent; null when nobody provides it. */
  maybe<T>(service: Service<T>): T | null
  /** Adapters: a verified slash command, mention, message, button or form. Committed when it resolves. */
  command(call: CommandCall): Promise<Receipt>
  /** Adapters: a verified webhook. Committed when it resolves. */
  publish<S extends Schema>(event: EventType<S>, payload: In<S>, origin: Origin): Promise<Receipt>
}
/** Where inbound work comes from. `deliveryId` is the platform's own id of the delivery; the inbox drops repeats of it. */
export interface Origin {
  readonly workspace: string
  readonly deliveryId: string
  readonly actor?: Account
  /** Inbound of one lane is worked in order of arrival, one at a time (a thread); absent: in parallel. */
  readonly lane?: string
}
export interface CommandCall extends Origin {
  readonly input: CommandInput
  /** Whom the input mentions on this platform, by the words in it: names are readable there, and this says which accounts they are. */
  readonly mentions?: Mentions
  readonly actor: Account
  /** Display name as the platform sent it, for people the hub meets for the first time. */
  readonly actorName?: string
  /**
   * The actor belongs to another organisation and only shares the place with this workspace: its default role is not theirs, a role that an
   * admin gave them is.
   */
  readonly isForeign?: boolean
  /** Where the answer goes. */
  readonly place: Place
  /** The message whose button or form this was: the answer edits it where the command says so. */
  readonly on?: Posted
}
/** The durable answer to an inbound call. */
export interface Receipt {
  readonly status: 'queued' | 'duplicate'
  /** Job id for a command, event id for an event. */
  readonly id: string
  /** What the command says will happen, for the acknowledgement; null: acknowledge silently. */
  readonly announce: string | null
}
export interface Health {
  readonly status: 'ok' | 'degraded' | 'down'
  readonly detail?: string
}
export interface KeyValue {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown, ttlMs?: number): Promise<void>
  /** Stores the value only where none stands, in one step: of several that try at once, one is told true. */
  add(key: string, value: unknown, ttlMs?: number): Promise<boolean>
  delete(key: string): Promise<void>
}
