import { z } from 'zod'
import { HubError, type Json, type Place } from '#contract'
import type { Definition } from '../definition/schema.ts'
import type { RunState } from '../plan/state.ts'

/** Who does something: '<plugin>:<account id>' and the name at that time. */
export interface Author {
  readonly key: string
  readonly name: string
}
export const TRIGGERS = ['command', 'event', 'schedule', 'webhook', 'workflow', 'rerun'] as const
export type TriggerKind = (typeof TRIGGERS)[number]

export interface Run {
  readonly workspace: string
  readonly id: string
  readonly number: number
  readonly name: string
  readonly version: string
  readonly trigger: TriggerKind
  readonly startedBy: Author
  /** Where its card stands. */
  readonly places: readonly Place[]
  readonly concurrencyKey: string | null
  readonly parent: { readonly run: string; readonly step: string; readonly attempt: number } | null
  readonly depth: number
  readonly rerunOf: string | null
  readonly revision: number
  readonly createdAt: Date
  readonly finishedAt: Date | null
}
/** A run as it stands, with the version it keeps. */
export interface Snapshot {
  readonly run: Run
  readonly definition: Definition
  readonly state: RunState
}
export interface NewRun {
  readonly workspace: string
  /** The same key again finds the run made before. */
  readonly startKey: string
  readonly definition: Definition
  readonly version: string
  readonly source: string
  readonly inputs: Json
  readonly event: Json
  readonly trigger: TriggerKind
  readonly startedBy: Author
  readonly places: readonly Place[]
  readonly concurrency: { readonly key: string; readonly then: 'queue' | 'cancel' | 'refuse' } | null
  readonly parent: Run['parent']
  readonly depth: number
  readonly rerunOf: string | null
  /** What a rerun takes over from the run before. */
  readonly done: RunState['steps']
}
export interface Transition {
  readonly seq: number
  readonly step: string | null
  readonly attempt: number | null
  readonly cause: 'seen' | 'plan'
  readonly status: string
  readonly note: string | null
  readonly output: Json
  readonly by: string | null
  readonly at: Date
}

const place = z.object({
  plugin: z.string(),
  workspace: z.string(),
  channel: z.string(),
  thread: z.string().exactOptional(),
  visibility: z.enum(['private', 'team', 'public']).catch('public'),
})
export const placeSchema = place
export const placesSchema = z.array(place).catch([])
/** A place to come back to: reply handles die within minutes. */
export function lasting({ plugin, workspace, channel, thread, visibility }: Place): Place {
  return { plugin, workspace, channel, visibility, ...(thread === undefined ? {} : { thread }) }
}
/** 'slack:T1/C2' as definitions write it. Workspaces are '<plugin>:<id>'. */
export function readPlace(text: string): Place {
  const match = /^([a-z][a-z0-9-]*):([^/]+)\/(.+)$/.exec(text)
  const [, plugin = '', workspace = '', channel = ''] = match ?? []
  return { plugin, workspace: `${plugin}:${workspace}`, channel, visibility: 'public' }
}
export const samePlace = (a: Place, b: Place): boolean =>
  a.plugin === b.plugin && a.workspace === b.workspace && a.channel === b.channel && a.thread === b.thread

export const formatReference = (number: number): string => `WF-${number}`
export function parseReference(text: string): number {
  const match = /^(?:wf-?)?(\d{1,9})$/i.exec(text.trim())
  if (!match?.[1]) throw new HubError('INPUT_INVALID', `“${text.slice(0, 40)}” is no run: write it like WF-12`)
  return Number(match[1])
}
