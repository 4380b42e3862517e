import { createHash } from 'node:crypto'
import type { KeyValue, Place } from '#contract'
import { type Draft, draftSchema } from './draft.ts'

const DAY_MS = 24 * 60 * 60_000
const KEPT_MS = 180 * DAY_MS

/** Drafts, until they are a file of a repository: there Git keeps them. */
export type Drafts = ReturnType<typeof createDrafts>
export function createDrafts(kv: KeyValue) {
  const keyOf = (workspace: string, id: string) => `adr:${workspace}:${id}`
  return {
    async get(workspace: string, id: string): Promise<Draft | null> {
      return draftSchema
        .nullable()
        .catch(null)
        .parse(await kv.get(keyOf(workspace, id)))
    },
    save: (workspace: string, draft: Draft) => kv.set(keyOf(workspace, draft.id), draft, KEPT_MS),
    /** Of two drafts that are proposed at once each gets a number of its own. False: another draft has it. */
    async reserve(repository: string, number: number, id: string): Promise<boolean> {
      const key = `adr-number:${repository}:${number}`
      return (await kv.add(key, id, KEPT_MS)) || (await kv.get(key)) === id
    },
  }
}

/** One conversation has one draft: drafted again, it is the same one, and so is its pull request. */
export function draftId(workspace: string, place: Place | null, jobId: string): string {
  const of = place === null ? [workspace, jobId] : [workspace, place.plugin, place.channel, place.thread ?? null]
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 10)
}
