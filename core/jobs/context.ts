import { randomUUIDv7 } from 'node:crypto'
import type { Context, Job, Log, Message, Person, Place, Posted } from '#contract'
import { planCard } from '../delivery/card.ts'
import { type Outlet, planSends } from '../delivery/plan.ts'
import type { ClaimedJob, JobsLedger } from '../ledger/jobs.ts'
import type { Outbox } from '../ledger/outbox.ts'
import type { NewSend } from '../ledger/sends.ts'

/** What an inbox or jobs row carries: who asked, where the answer goes, and the work itself. */
export interface JobBody {
  readonly payload?: unknown
  readonly input?: unknown
  readonly actor?: { readonly plugin: string; readonly id: string } | null
  readonly actorName?: string | null
  readonly isForeign?: boolean
  readonly place?: Place | null
  readonly on?: Posted | null
}
export interface ContextDeps {
  readonly jobs: JobsLedger
  readonly outbox: Outbox
  readonly outlets: ReadonlyMap<string, Outlet>
  readonly log: Log
  publish(job: ClaimedJob, name: string, payload: unknown, nth: number): Promise<void>
  audit(job: ClaimedJob, person: Person, action: string, subject: string, detail: object): Promise<void>
  nudgeOutbox(): void
  ring(delayMs: number): void
}
/** A context and what the runner needs of it when the job ends. */
export interface Running {
  readonly ctx: Context
  /** Stops progress notes; afterwards tells whether one was posted. */
  endProgress(): Promise<boolean>
  /** Outbox rows of the job's answer. */
  answer(message: Message, name: string, afterProgress: boolean): NewSend[]
}

/** A job shorter than this posts its result alone. */
const PROGRESS_AFTER_MS = 900
const PROGRESS_EVERY_MS = 2_500

export function createContext(
  job: ClaimedJob,
  body: JobBody,
  person: Person,
  signal: AbortSignal,
  deps: ContextDeps,
): Running {
  const place = body.place ?? null
  const progress = progressOf(job, body, deps)
  const counts = new Map<string, number>()
  const nth = (name: string): number => {
    const n = (counts.get(name) ?? 0) + 1
    counts.set(name, n)
    return n
  }
  const ctx: Context = {
    jobId: job.id,
    attempt: job.attempts,
    workspace: job.workspace,
    actor: person,
    place,
    log: deps.log,
    signal,
    progress: async (note) => progress.show(note),
    async send(name, to, message) {
      await deps.outbox.insert(sendsOf({ jobId: job.id, name: `send:${name}`, to, message }, deps.outlets))
      deps.nudgeOutbox()
    },
    async show(to, message) {
      const shown = { jobId: job.id, workspace: job.workspace, to, message }
      await deps.outbox.show(planCard(shown, deps.outlets.get(to.plugin)))
      deps.nudgeOutbox()
    },
    async enqueue(token: Job, payload, options = {}) {
      const { key: given } = options
      const key = given === undefined ? `${token.name}:${job.id}:${nth(token.name)}` : `${token.name}::${given}`
      const inner: JobBody = {
        payload,
        actor: body.actor ?? null,
        place: options.replyTo ?? place,
        ...(body.isForeign ? { isForeign: true } : {}),
      }
      const delayMs = options.delayMs ?? 0
      const [id = ''] = await deps.jobs.enqueue([
        {
          id: randomUUIDv7(),
          workspace: options.workspace ?? job.workspace,
          kind: token.name,
          key,
          lane: options.lane ?? null,
          body: inner,
          maxAttempts: token.retry.attempts,
          backoffMs: token.retry.backoffMs,
          delayMs,
          origin: job.origin,
        },
      ])
      deps.ring(delayMs)
      return { jobId: id }
    },
    publish: (event, payload) => deps.publish(job, event.name, payload, nth(`event:${event.name}`)),
    audit: (action, subject, detail = {}) => deps.audit(job, person, action, subject, detail),
  }
  return {
    ctx,
    endProgress: progress.end,
    answer(message, name, afterProgress) {
      if (!place) return []
      const to = answerPlace(place, body.on ?? null, message)
      const edits = afterProgress ? { key: `${job.id}:progress` } : message.inPlace && body.on ? body.on : undefined
      return sendsOf(
        {
          jobId: job.id,
          name,
          to,
          message,
          ...(edits ? { edits } : {}),
          ...(afterProgress ? { supersedes: `${job.id}:edit` } : {}),
        },
        deps.outlets,
      )
    },
  }
}

/** The answer to a button goes into the thread of its message, unless it replaces that message or is for one person. */
function answerPlace(place: Place, on: Posted | null, message: Message): Place {
  if (!on || message.inPlace || message.only || place.thread !== undefined) return place
  return { ...place, thread: on.thread ?? on.message }
}

function sendsOf(saying: Parameters<typeof planSends>[0], outlets: ReadonlyMap<string, Outlet>): NewSend[] {
  return planSends(saying, outlets.get(saying.to.plugin))
}

/** Progress: nothing for a short job, one post for a longer one, then edits of it at a calm pace; only the newest note counts. */
function progressOf(job: ClaimedJob, body: JobBody, deps: ContextDeps) {
  let latest: Message | undefined
  let posted = false
  let edits = 0
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> = Promise.resolve()
  let ended = false
  const place = body.place
  const flush = async (): Promise<void> => {
    timer = undefined
    if (!latest || !place || ended) return
    const message = latest
    latest = undefined
    const to = answerPlace(place, body.on ?? null, message)
    const supersedes = `${job.id}:edit`
    const saying = posted
      ? {
          jobId: job.id,
          name: `edit-${job.attempts}-${++edits}`,
          to,
          message,
          edits: { key: `${job.id}:progress` },
          supersedes,
        }
      : { jobId: job.id, name: 'progress', to, message }
    await deps.outbox.insert(sendsOf(saying, deps.outlets))
    posted = true
    deps.nudgeOutbox()
  }
  return {
    show(note: Message): void {
      const can = place && deps.outlets.get(place.plugin)?.can
      // Where nothing can be edited or only one person asked in private by a one-way handle, notes would be noise.
      if (ended || !can?.update) return
      latest = note
      timer ??= setTimeout(() => (flushing = flush().catch(() => {})), posted ? PROGRESS_EVERY_MS : PROGRESS_AFTER_MS)
    },
    async end(): Promise<boolean> {
      ended = true
      clearTimeout(timer)
      await flushing
      return posted
    },
  }
}
