import { z } from 'zod'
import {
  defineEvent,
  type EventHandler,
  type Hub,
  HubError,
  handleEvent,
  type KeyValue,
  type Log,
  type Message,
} from '#contract'
import { type JiraClient, path } from './client.ts'
import type { Own } from './own.ts'
import { histories, type JiraDelivery } from './payloads.ts'
import { laneOf, placeOf } from './place.ts'

/** Longer than a delivery is on its way. */
const KEPT_MS = 30 * 60_000
/** A write is over by then, one way or another. */
const SETTLES_MS = 30_000
const LOOK_AGAIN_MS = 3_000
const MOST_SHOWN = 6_000

/** Jira's clock in a delivery is a little ahead of the issue's. */
const SLACK_MS = 2_000

/** Writes of one issue that are remembered: as many as can happen while a delivery is on its way. */
const MOST_NOTED = 8
const MOST_UNDER_WAY = 1_000

const note = z.object({ sinceMs: z.number(), untilMs: z.number().nullable(), notedAtMs: z.number() })
const notes = z.array(note).catch([])

/** Somebody changed a text that the hub was about to write, after the hub had looked at it. */
const editedMeanwhile = defineEvent(
  'jira.edited-meanwhile',
  z.object({
    issueId: z.string(),
    key: z.string(),
    changeId: z.string(),
    field: z.string(),
    sinceMs: z.number(),
  }),
)

/** Of a text of an issue, by Jira's own times: as it was when it was looked at, and after it was written. */
export interface Writes {
  begin(issueId: string, sinceMs: number): Promise<void>
  end(issueId: string, sinceMs: number, untilMs: number): Promise<void>
}
/**
 * Jira has no conditional write: an edit between the last look at an issue and the write after it is overwritten. It cannot be prevented, but it can be
 * told: the delivery of that edit arrives all the same, and the history of the issue shows what came after what.
 */
export interface Overwritten {
  readonly writes: Writes
  /** A change that somebody made. */
  look(read: JiraDelivery, issue: { readonly id: string; readonly key: string }, deliveryId: string): Promise<void>
  readonly handler: EventHandler
}
export function createOverwritten(deps: {
  readonly client: JiraClient
  readonly hub: Pick<Hub, 'publish'>
  readonly kv: KeyValue
  readonly own: Own
  readonly workspace: string
  readonly now: () => number
}): Overwritten {
  const { client, hub, kv, own, workspace, now } = deps
  const historyOf = async (issueId: string, signal: AbortSignal) => {
    const query = { fields: 'updated', expand: 'changelog' }
    const call = { method: 'GET', path: path`/rest/api/3/issue/${issueId}`, query, what: 'history', signal } as const
    const found = await client.find(call)
    return found === null ? [] : (histories.safeParse(found).data?.changelog.histories ?? [])
  }
  const notedOf = async (issueId: string) => notes.parse(await kv.get(`wrote:${issueId}`))
  // Writes of one issue come one after the other: nobody else changes this list meanwhile.
  const underWay = new Map<string, z.infer<typeof notes>>()
  const store = async (issueId: string, others: z.infer<typeof notes>, last: z.infer<typeof note>) => {
    const all = [...others, last].slice(-MOST_NOTED)
    await kv.set(`wrote:${issueId}`, all, KEPT_MS)
  }
  return {
    writes: {
      async begin(issueId, sinceMs) {
        const others = await notedOf(issueId)
        // Writes that failed never end here.
        if (underWay.size > MOST_UNDER_WAY) underWay.clear()
        underWay.set(issueId, others)
        await store(issueId, others, { sinceMs, untilMs: null, notedAtMs: now() })
      },
      async end(issueId, sinceMs, untilMs) {
        const others = underWay.get(issueId) ?? []
        underWay.delete(issueId)
        await store(issueId, others, { sinceMs, untilMs, notedAtMs: now() })
      },
    },
    async look(read, issue, deliveryId) {
      const fields = (read.changelog?.items ?? []).flatMap(({ fieldId }) =>
        fieldId && /^(?:description|customfield_\d+)$/.test(fieldId) ? [fieldId] : [],
      )
      const changeId = read.changelog?.id
      if (fields.length === 0 || changeId == null) return
      const met = (await notedOf(issue.id)).find(
        ({ sinceMs, untilMs }) =>
          read.timestamp >= sinceMs && (untilMs === null || read.timestamp <= untilMs + SLACK_MS),
      )
      if (!met) return
      for (const field of fields)
        await hub.publish(
          editedMeanwhile,
          { issueId: issue.id, key: issue.key, changeId, field, sinceMs: met.sinceMs },
          { workspace, deliveryId: `${deliveryId}:meanwhile:${field}`, lane: laneOf(workspace, issue.id) },
        )
    },
    handler: handleEvent(editedMeanwhile, async ({ issueId, key, changeId, field, sinceMs }, ctx) => {
      const known = await notedOf(issueId)
      if (known.some(({ untilMs, notedAtMs }) => untilMs === null && now() - notedAtMs < SETTLES_MS))
        throw new HubError('UNAVAILABLE', `${key} is being written: whether that overwrites an edit shows afterwards`, {
          retry: { afterMs: LOOK_AGAIN_MS },
        })
      const all = (await historyOf(issueId, ctx.signal))
        .map((one) => ({
          ...one,
          atMs: Date.parse(one.created),
          item: one.items.find(({ fieldId }) => fieldId === field),
        }))
        .sort((a, b) => a.atMs - b.atMs)
      const at = all.findIndex(({ id }) => id === changeId)
      const edit = all[at]
      if (!edit?.item || edit.atMs <= sinceMs) return
      const next = all.slice(at + 1).find(({ item }) => item !== undefined)
      if (!next?.item) return
      // The write that follows began from a look that had seen it.
      const nextMs = Date.parse(next.created)
      if (known.some((one) => edit.atMs <= one.sinceMs && one.sinceMs < nextMs)) return
      if (!(await own.isAccount(next.author?.accountId ?? '', ctx.log))) return
      const who = edit.author?.displayName ?? 'Somebody'
      tell(ctx.log, key)
      await ctx.send(`overwritten-${changeId}-${field}`, placeOf(workspace, issueId, null), {
        ...messageOf(who, edit.item.field, edit.atMs, textOf(edit.item), textOf(next.item)),
      })
    }),
  }
}
function tell(log: Log, key: string): void {
  log.warn({ issue: key }, 'an edit was overwritten, as it was made between the last look at the issue and the write')
}
function messageOf(who: string, field: string, atMs: number, theirs: string, ours: string): Message {
  const time = new Date(atMs).toISOString().slice(11, 19)
  const said = `An edit of ${who}, ${time} UTC, was overwritten: the hub wrote the criteria into the same text (${field}) at that moment.`
  const cure = 'Put back what is missing: what people write around the criteria stays.'
  return {
    text: `${said}\n${cure}\n\nTheir text:\n${theirs}`,
    blocks: [
      { kind: 'text', markdown: `${plain(said)}\n\n${cure}` },
      { kind: 'diff', before: theirs, after: ours },
      {
        kind: 'note',
        markdown: 'Above, with a minus: what they had and the hub overwrote. The history of the issue has all of it.',
      },
    ],
  }
}
/** Names of people and fields are outside text. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>]/g, '')
}
/** What a field became; histories carry texts, not documents. */
function textOf(item: Readonly<Record<string, unknown>>): string {
  const became: unknown = Object.entries(item).find(([name]) => name === 'toString')?.[1]
  return typeof became === 'string' ? became.slice(0, MOST_SHOWN) : ''
}
