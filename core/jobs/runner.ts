import { type CommandInput, HubError, type Log, type Message, type Person } from '#contract'
import { backoffMs } from '../delivery/breaker.ts'
import type { ClaimedJob, Finish, JobsLedger } from '../ledger/jobs.ts'
import type { ClaimedSend } from '../ledger/sends.ts'
import { isAway } from '../store/sql.ts'
import { type ContextDeps, createContext, type JobBody } from './context.ts'
import { LeaseLost, type Leases } from './leases.ts'
import type { Pump } from './pump.ts'

/** Runs one kind of job. The message it returns is the answer. */
export type Handler = (
  body: JobBody,
  running: { readonly ctx: ReturnType<typeof createContext>['ctx']; readonly job: ClaimedJob },
) => Promise<Message | undefined>

export interface RunnerDeps extends ContextDeps {
  readonly handlers: ReadonlyMap<string, Handler>
  readonly leases: Leases
  readonly jobs: JobsLedger
  /** Longest time for one attempt, in milliseconds. */
  readonly timeoutMs: number
  personFor(workspace: string, body: JobBody): Promise<Person>
  /** Was a progress note of an earlier attempt stored? */
  hasProgress(job: ClaimedJob): Promise<boolean>
  /** Is the answer to this line for whoever typed it alone? */
  isPrivate(input: CommandInput): boolean
  /** Free slots for sends of this process. */
  readonly sendSlots: Pick<Pump<ClaimedSend>, 'reserve' | 'start' | 'release'>
  onFenced(): void
  crashPoint(name: string): void
}

/** First wait of a job whose plugin is not here. */
const UNHANDLED_MS = 5_000

class TimeIsOver extends Error {}

/** Mistakes of the asker: the answer says what cures them, and the job is done. */
const ANSWERS = new Set(['INPUT_INVALID', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'TOO_LARGE'])

/** One claimed job, from its handler to its stored end. Never throws. */
export async function runJob(job: ClaimedJob, deps: RunnerDeps): Promise<void> {
  const lease = deps.leases.hold(job.id, job.fence, job.askedAtMs)
  const began = performance.now()
  try {
    const finish = await attempt(job, lease, deps)
    if (finish === null) return
    deps.crashPoint('before_job_commit')
    const stored = await store(job, finish, deps)
    const { id, kind, workspace, origin, attempts } = job
    const ms = Math.round(performance.now() - began)
    if (stored && finish.state === 'done')
      deps.log.debug(
        { job: id, kind, workspace, origin, attempt: attempts, ms, code: finish.errorCode ?? undefined },
        'job done',
      )
  } finally {
    deps.leases.release(job.id)
  }
}

async function attempt(job: ClaimedJob, lease: AbortSignal, deps: RunnerDeps): Promise<Finish | null> {
  const body = (job.body ?? {}) as JobBody
  const log = withIds(deps.log, {
    job: job.id,
    kind: job.kind,
    workspace: job.workspace,
    origin: job.origin,
    attempt: job.attempts,
  })
  const handler = deps.handlers.get(job.kind)
  if (!handler) {
    const error = new HubError(
      'UNSUPPORTED',
      `no plugin handles ${job.kind}: it was removed from HUB_PLUGINS, or its variables are missing`,
    )
    // During an upgrade another worker may know it already.
    if (job.attempts < job.maxAttempts) {
      log.warn({ code: error.code, reason: error.message }, 'left for a worker that handles it')
      return ended(job, 'pending', { error, delayMs: backoffMs(job.attempts, UNHANDLED_MS) })
    }
    log.error({ code: error.code, reason: error.message }, 'job failed for good')
    return ended(job, 'dead', { error })
  }
  // One timer on the lease's own signal: composed signals cost more than the rest of a short job.
  const timer = setTimeout(() => deps.leases.abort(job.id, new TimeIsOver()), deps.timeoutMs)
  let running: ReturnType<typeof createContext> | undefined
  try {
    const person = await deps.personFor(job.workspace, body)
    running = createContext(job, body, person, lease, { ...deps, log })
    deps.crashPoint('before_handler')
    const message = await untilAborted(handler(body, { ctx: running.ctx, job }), lease)
    deps.crashPoint('after_handler')
    const posted = (await running.endProgress()) || (job.attempts > 1 && (await deps.hasProgress(job)))
    const sends = message ? running.answer(message, 'result', posted) : []
    // Here, where its failure is still the handler's own.
    return ended(job, 'done', { result: message ? JSON.stringify(message) : null, sends })
  } catch (thrown) {
    await running?.endProgress()
    if (lease.aborted && lease.reason instanceof LeaseLost) return null
    const isLate = lease.reason instanceof TimeIsOver
    if (lease.aborted && !isLate)
      return ended(job, 'pending', { error: new HubError('UNAVAILABLE', 'the hub was stopping'), delayMs: 0 })
    const error = isLate
      ? new HubError('UNAVAILABLE', `it took longer than ${Math.round(deps.timeoutMs / 1000)} s`)
      : asHubError(thrown)
    return failed(job, body, error, running, deps, log)
  } finally {
    clearTimeout(timer)
  }
}

async function failed(
  job: ClaimedJob,
  body: JobBody,
  error: HubError,
  running: ReturnType<typeof createContext> | undefined,
  deps: RunnerDeps,
  log: Log,
): Promise<Finish> {
  const posted = running ? await deps.hasProgress(job).catch(() => false) : false
  if (ANSWERS.has(error.code)) {
    // For the asker alone, unless a progress note that everybody saw waits to be replaced.
    const message: Message = { text: error.message, ...(body.actor && !posted ? { only: body.actor } : {}) }
    const sends = running?.answer(message, 'result', posted) ?? []
    return { ...ended(job, 'done', { result: JSON.stringify(message), sends }), errorCode: error.code }
  }
  if (error.retry !== 'never' && job.attempts < job.maxAttempts) {
    const delayMs = typeof error.retry === 'object' ? error.retry.afterMs : backoffMs(job.attempts, job.backoffMs)
    log.warn({ code: error.code, reason: error.message, delayMs }, 'job will be tried again')
    return ended(job, 'pending', { error, delayMs })
  }
  log.error({ code: error.code, reason: error.message, error: error.cause }, 'job failed for good')
  // With a name of its own: a job that is tried again by hand still owes its answer, and platforms tell messages apart by their key.
  const message = failureMessage(job, body, error, deps.isPrivate)
  const sends = running?.answer(message, `failure-${job.fence}`, posted) ?? []
  return ended(job, 'dead', { error, sends })
}

/** What the asker reads when a job is given up: the reason, the id an operator needs, and the way to try again. */
export function failureMessage(
  job: { id: string; kind: string },
  body: JobBody,
  error: { message: string },
  isPrivate: RunnerDeps['isPrivate'],
): Message {
  const text = `This did not work: ${error.message}`
  // A line that is answered in private may hold a code: nobody else reads it, and no button carries it.
  const typed = body.input as CommandInput | undefined
  const only = body.actor && typed !== undefined && isPrivate(typed) ? body.actor : null
  const line = only === null && typeof body.input === 'string' ? body.input : null
  return {
    ...(only === null ? {} : { only }),
    text: `${text} (job ${job.id.slice(-6)})`,
    blocks: [
      { kind: 'text', markdown: text },
      {
        kind: 'note',
        markdown: `job ${job.id.slice(-6)} · kept for the operator: \`hub jobs show ${job.id.slice(-6)}\``,
      },
      ...(line !== null && line.length <= 1500
        ? [{ kind: 'actions', items: [{ kind: 'button', label: 'Try again', run: line }] } as const]
        : []),
    ],
  }
}

/** Was it stored, and by us? */
async function store(job: ClaimedJob, finish: Finish, deps: RunnerDeps): Promise<boolean> {
  for (let tries = 0; ; tries++) {
    const take = finish.sends.length === 0 ? 0 : deps.sendSlots.reserve(finish.sends.length)
    let started = 0
    try {
      const { stored, taken } = await deps.jobs.finish({ ...finish, take })
      if (!stored) {
        // By this very call, perhaps, before the connection was lost.
        if (tries > 0) await deps.outbox.giveBack(finish.sends)
        deps.onFenced()
        deps.log.warn({ job: job.id }, 'a job was finished by somebody else: nothing written')
        return false
      }
      deps.crashPoint('after_job_commit')
      started = taken.length
      for (const send of taken) deps.sendSlots.start(send)
      if (finish.state === 'pending') deps.ring(finish.delayMs)
      if (finish.sends.length > taken.length) deps.nudgeOutbox()
      return true
    } catch (error) {
      if (!isAway(error) && finish.result !== null) {
        deps.log.error({ job: job.id, error }, 'the answer of a job cannot be stored')
        const refused = new HubError('UNSUPPORTED', 'its answer cannot be stored: the log names the reason')
        return store(job, ended(job, 'dead', { error: refused }), deps)
      }
      // The database is away: keep the result as long as the lease lives; afterwards the job runs again, with the same keys.
      if (tries >= 12) {
        deps.log.error({ job: job.id, error }, 'could not write a job back: it will run again')
        return false
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(2000, 100 * 2 ** tries)))
    } finally {
      if (take > started) deps.sendSlots.release(take - started)
    }
  }
}

function ended(
  job: ClaimedJob,
  state: Finish['state'],
  rest: { result?: string | null; error?: HubError; delayMs?: number; sends?: Finish['sends'] },
): Finish {
  return {
    id: job.id,
    fence: job.fence,
    state,
    result: rest.result ?? null,
    error: rest.error?.message ?? null,
    errorCode: rest.error?.code ?? null,
    delayMs: rest.delayMs ?? 0,
    sends: rest.sends ?? [],
    take: 0,
  }
}

/** A handler that ignores its signal must not hold its slot for ever. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    if (abort) signal.removeEventListener('abort', abort)
  }
}

function asHubError(error: unknown): HubError {
  if (error instanceof HubError) return error
  // Unexpected: worth another try, and its text may hold anything, so the asker reads only that it is a fault of the hub.
  return new HubError('UNAVAILABLE', 'an unexpected fault inside the hub', { cause: error })
}

function withIds(log: Log, ids: object): Log {
  return {
    debug: (f, t) => log.debug({ ...ids, ...f }, t),
    info: (f, t) => log.info({ ...ids, ...f }, t),
    warn: (f, t) => log.warn({ ...ids, ...f }, t),
    error: (f, t) => log.error({ ...ids, ...f }, t),
  }
}
