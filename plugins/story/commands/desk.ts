import type { Budget, Context, Message, Source, Waiting } from '#contract'
import type { Draft } from '../draft.ts'
import { type Engine, estimateDraft, type Run } from '../engine.ts'
import type { OnStep } from '../ladder.ts'
import { formatReference, parseReference } from '../reference.ts'
import type { StorySearch } from '../search/store.ts'
import type { Reader, Saved, StoryStore, Writer } from '../store.ts'
import type { Conflict, Provenance } from '../version.ts'

/** What the commands work with; functions, because services exist only once every plugin is set up. */
export interface Desk {
  store(): StoryStore
  search(): StorySearch
  engine(): Engine
  budget(): Budget
  draftOffline(text: string): Draft
  /** CONFLICT where an issue of the story is done: what was delivered is drafted anew only when that is said. */
  refuseFinished(story: Saved, ctx: Context): Promise<void>
  /** What other plugins ask of this person. */
  waitingFor(ctx: Context, limit: number): Promise<readonly Waiting[]>
}

/** The longest text a person may type; a longer one is refused by the command's schema, in words. */
export const MAX_TEXT = 150_000
const PROGRESS_EVERY_MS = 1000

export function writerOf(ctx: Context): Writer {
  const { plugin, id } = ctx.actor.account
  return { workspace: ctx.workspace, jobId: ctx.jobId, author: { key: `${plugin}:${id}`, name: ctx.actor.name } }
}
/** The place without its short-lived ticket, which must not outlive its sealed copy. */
export function placeOf(ctx: Context): Omit<NonNullable<Context['place']>, 'ticket' | 'ticketExpiresAtMs'> | null {
  if (!ctx.place) return null
  const { ticket, ticketExpiresAtMs, ...place } = ctx.place
  return place
}

export function readerOf(ctx: Context): Reader {
  const { plugin, id } = ctx.actor.account
  const { place } = ctx
  return {
    author: `${plugin}:${id}`,
    channel: place?.channel ?? null,
    isPrivate: place?.visibility === 'private',
  }
}
/** Where a story was written, for the hub's question before more people read it. */
export function sourceOf(desk: Desk) {
  return async ({ id }: { readonly id: string }, ctx: Context): Promise<Source | null> => {
    const origin = await desk.store().originOf(ctx.workspace, parseReference(id))
    return origin && { what: formatReference(parseReference(id)), ...origin }
  }
}

/** A run of the engine that shows in the chat how far it is. `settled` waits until no progress message is on its way any more. */
export function runOf(ctx: Context): { run: Run; settled(): Promise<void> } {
  let last = 0
  let sending: Promise<void> | null = null
  const onStep: OnStep = ({ label, done, total }) => {
    const now = Date.now()
    if (sending || (done > 0 && now - last < PROGRESS_EVERY_MS)) return
    last = now
    const percent = Math.round((done / total) * 100)
    const text = done > 0 ? `${label}, ${percent} %` : label
    sending = ctx
      .progress({ text, blocks: [{ kind: 'progress', label, done: percent, total: 100 }] })
      .catch((error: unknown) => ctx.log.warn({ error: String(error) }, 'progress could not be shown'))
      .finally(() => {
        sending = null
      })
  }
  const { workspace, signal } = ctx
  return { run: { workspace, signal, onStep }, settled: async () => void (await sending) }
}

/** What will happen and what it costs, for the acknowledgement: from memory, at once. */
export function announceModel(desk: Desk, what: string, characters: string, workspace: string): string {
  if (desk.engine().modelName === null) return `${what} · offline draft`
  const { usedTokens, limitTokens } = desk.budget().peek(workspace)
  const estimate = Math.round(estimateDraft(characters) / 100) * 100
  if (usedTokens >= limitTokens) return `${what} · offline draft, because today's token budget is used up`
  const used = Math.round((usedTokens / Math.max(1, limitTokens)) * 100)
  return `${what} · ≈ ${estimate.toLocaleString('en')} tokens · ${used} % of today's budget used`
}

export function provenance(
  made: { by: Provenance['by']; model: string | null; tokens: number; notes: readonly string[] },
  conflicts: readonly Conflict[] = [],
): Provenance {
  return {
    by: made.by,
    model: made.model,
    tokens: made.tokens,
    notes: made.notes.slice(0, 20),
    findings: [],
    conflicts: [...conflicts],
  }
}
/** A person's change: conflicts that it does not settle stay open. */
export function byHand(before: Saved, settled: readonly string[] = [], notes: readonly string[] = []): Provenance {
  const conflicts = before.provenance.conflicts.filter((c) => !settled.includes(c.part))
  return {
    ...provenance({ by: 'person', model: null, tokens: 0, notes }, conflicts),
    findings: before.provenance.findings,
  }
}
/** The answer of a button or form replaces the card it was on. */
export const inPlace = (message: Message): Message => ({ ...message, inPlace: true })
