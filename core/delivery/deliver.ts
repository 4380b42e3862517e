import { type Delivery, HubError, type Limit, type Log, type Place, type Posted } from '#contract'
import { LeaseLost, type Leases } from '../jobs/leases.ts'
import type { Limits } from '../ledger/limits.ts'
import type { Outbox, Settled } from '../ledger/outbox.ts'
import type { ClaimedSend } from '../ledger/sends.ts'
import { isAway } from '../store/sql.ts'
import { type Breaker, backoffMs } from './breaker.ts'
import type { Outlet } from './plan.ts'

/** Timings of delivery, in milliseconds. */
export interface DeliveryTimes {
  /** One HTTP call. */
  readonly callMs: number
  /** When an unknown send is first looked for, and the age at which not finding it means it is not there. */
  readonly firstLookMs: number
  readonly lastLookMs: number
}
export const DELIVERY_TIMES: DeliveryTimes = { callMs: 10_000, firstLookMs: 1_500, lastLookMs: 9_000 }

const MAX_ATTEMPTS = 8
const MAX_LOOKS = 20
/** Slots nearer than this are waited for in place; further ones are given back. */
const WAIT_IN_PLACE_MS = 20
/** Before a send is tried again that only the database has held up. */
const AWAY_MS = 250
/** Longest pause between two tries to write an outcome back: shorter than the first look at what a sweep has made unknown. */
const WRITE_AGAIN_MS = 1_000
const WRITE_TRIES = 20
/** While the database is away: ten minutes. */
const AWAY_TRIES = 600

export interface DeliverDeps {
  readonly outlets: ReadonlyMap<string, Outlet>
  readonly outbox: Outbox
  readonly limits: Limits
  readonly leases: Leases
  readonly breaker: Breaker
  readonly times: DeliveryTimes
  readonly log: Log
  /** Opens the sealed reply handle; null when it cannot be opened any more. */
  openTicket(place: Place): string | null
  onFenced(): void
  ringLater(delayMs: number): void
  /** Crash points of the fault tests; does nothing in the product. */
  crashPoint(name: string): void
}

/** One claimed send, from limits to its settled state. Never throws. */
export async function deliverOne(send: ClaimedSend, deps: DeliverDeps): Promise<void> {
  const lease = deps.leases.hold(send.id, send.fence, send.askedAtMs)
  try {
    const settled = await attempt(send, deps, lease)
    if (settled === null) return
    await write(send, settled, deps)
  } finally {
    deps.leases.release(send.id)
  }
}

/** One unknown send, settled by the platform's own read-back. Never throws. */
export async function reconcileOne(send: ClaimedSend, deps: DeliverDeps): Promise<void> {
  const lease = deps.leases.hold(send.id, send.fence, send.askedAtMs)
  try {
    await write(send, await look(send, deps, lease), deps)
  } finally {
    deps.leases.release(send.id)
  }
}

async function attempt(send: ClaimedSend, deps: DeliverDeps, lease: AbortSignal): Promise<Settled | null> {
  const outlet = deps.outlets.get(send.plugin)
  if (!outlet)
    return pending(send, 60_000, `the ${send.plugin} adapter is not configured here`, 'CONFIG_INVALID', {
      uncounted: true,
    })
  const shut = deps.breaker.closedForMs(send)
  if (shut > 0)
    return pending(send, shut, 'the platform refused our credentials', 'UNAUTHENTICATED', { uncounted: true })
  let delivery: Delivery
  let limits: readonly Limit[]
  try {
    if (send.op === 'update' && send.message.card && (await deps.outbox.isStale(send)))
      return {
        ...base(send),
        state: 'superseded',
        posted: 'message' in send.place ? withoutTicket(send.place as Posted) : null,
      }
    delivery = toDelivery(send, deps, outlet.can.threads)
    limits = outlet.channel.limits(delivery)
    const wait = await slotWaitMs(send, limits, deps)
    if (wait > WAIT_IN_PLACE_MS) return pending(send, wait, null, null, { reserved: true, uncounted: true })
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
  } catch (error) {
    return unasked(send, error)
  }
  // Nothing was sent, so the row is given back; whoever took it over has the fence, and then this writes nothing.
  if (lease.aborted) return pending(send, 0, null, null, { reserved: true, uncounted: true })
  try {
    deps.crashPoint('before_http')
    // Whoever took it over may have sent it by now; a lease that is only old is given back unsent.
    if (!deps.leases.isFresh(send.id)) return pending(send, 0, null, null, { reserved: true, uncounted: true })
    const posted = await inTime(send, deps, () => outlet.channel.deliver(delivery, lease))
    deps.crashPoint('after_http_before_commit')
    deps.breaker.succeeded(send)
    return arrived(send, delivery, posted)
  } catch (error) {
    if (lease.aborted && lease.reason instanceof LeaseLost) return null
    return failed(send, error, limits, deps)
  }
}

/** One timer on the signal there is: composed signals cost more than the call's own bookkeeping. */
async function inTime<T>(send: ClaimedSend, deps: DeliverDeps, call: () => Promise<T>): Promise<T> {
  const { callMs } = deps.times
  const timer = setTimeout(() => deps.leases.abort(send.id, new Error(`no answer in ${callMs} ms`)), callMs)
  try {
    return await call()
  } finally {
    clearTimeout(timer)
  }
}

async function slotWaitMs(send: ClaimedSend, limits: readonly Limit[], deps: DeliverDeps): Promise<number> {
  // A slot that was waited for is used, unless the platform closed the bucket meanwhile: then a new one is taken after that.
  if (send.reserved && (await deps.limits.closedForMs(limits.map((l) => l.key))) === 0) return 0
  return deps.limits.reserve(limits)
}

async function failed(
  send: ClaimedSend,
  error: unknown,
  limits: readonly Limit[],
  deps: DeliverDeps,
): Promise<Settled> {
  const hubError =
    error instanceof HubError
      ? error
      : new HubError('OUTCOME_UNKNOWN', describe(error), { cause: error, retry: 'backoff' })
  const { code, message } = hubError
  const asked = typeof hubError.retry === 'object' ? hubError.retry.afterMs : null
  switch (code) {
    case 'RATE_LIMITED': {
      const waitMs = asked ?? backoffMs(send.attempts, 1000)
      const scope = hubError.scope ?? limits[0]?.key
      // Closed in this process at once; where the database does not hear of it, others are told by the platform.
      if (scope !== undefined) await deps.limits.close(scope, waitMs).catch((cause) => notClosed(deps, scope, cause))
      return pending(send, waitMs, message, code, { uncounted: true })
    }
    case 'UNAUTHENTICATED': {
      if (hubError.isFinal) {
        // The platform was not even asked: the next one of this workspace need not wait to hear the same.
        deps.breaker.succeeded(send)
        return { ...base(send), state: 'dead', error: message, errorCode: code }
      }
      // Nothing is lost: sends wait until the credentials are renewed, and the platform is asked rarely meanwhile.
      const waitMs = deps.breaker.refused(send)
      return pending(send, waitMs, message, code, { uncounted: true })
    }
    case 'OUTCOME_UNKNOWN':
      // An edit by id can be repeated; a post cannot, before it was looked for.
      if (send.op === 'update' && send.targetPosted !== null) return retryOrDie(send, message, code, asked)
      if (hubError.retry === 'never') return { ...base(send), state: 'held', error: message, errorCode: code }
      return { ...base(send), state: 'unknown', error: message, errorCode: code, waitMs: deps.times.firstLookMs }
    case 'NOT_FOUND':
      // Somebody deleted the message this edits: what it says must still be said.
      if (send.op === 'update') return pending(send, 0, message, code, { asPost: true, uncounted: true })
      return { ...base(send), state: 'dead', error: message, errorCode: code }
    default:
      if (hubError.retry === 'never') return { ...base(send), state: 'dead', error: message, errorCode: code }
      return retryOrDie(send, message, code, asked)
  }
}

function notClosed({ log }: DeliverDeps, scope: string, error: unknown): void {
  log.debug({ scope, error }, 'a limit could not be closed for other processes')
}

/** It failed before the platform was asked: the send has certainly not arrived, so it is never in doubt. */
function unasked(send: ClaimedSend, error: unknown): Settled {
  const { reserved } = send
  if (isAway(error))
    return pending(send, AWAY_MS, 'the database was away', 'UNAVAILABLE', { reserved, uncounted: true })
  const code = error instanceof HubError ? error.code : 'UNAVAILABLE'
  return retryOrDie(send, describe(error), code, null)
}

function retryOrDie(send: ClaimedSend, message: string, code: string, asked: number | null): Settled {
  if (send.attempts >= MAX_ATTEMPTS) {
    return {
      ...base(send),
      state: 'dead',
      error: `gave up after ${send.attempts} attempts: ${message}`,
      errorCode: code,
    }
  }
  return pending(send, asked ?? backoffMs(send.attempts, 500), message, code, {})
}

async function look(send: ClaimedSend, deps: DeliverDeps, lease: AbortSignal): Promise<Settled> {
  const outlet = deps.outlets.get(send.plugin)
  if (!outlet)
    return {
      ...base(send),
      state: 'unknown',
      waitMs: 60_000,
      error: `the ${send.plugin} adapter is not configured here`,
      errorCode: 'CONFIG_INVALID',
    }
  const repeatable =
    outlet.can.reconcile === 'native' ||
    (send.op === 'update' && (send.targetPosted !== null || 'message' in send.place))
  if (repeatable) return pending(send, 0, null, null, {})
  const held = (why: string): Settled => ({ ...base(send), state: 'held', error: why, errorCode: 'OUTCOME_UNKNOWN' })
  if (outlet.can.reconcile === 'none')
    return held(`${send.plugin} cannot be asked whether this arrived: resend or confirm it by hand`)
  try {
    const delivery = toDelivery(send, deps, outlet.can.threads)
    const posted = await inTime(send, deps, () => outlet.channel.find(delivery, send.attemptStartedAtMs, lease))
    if (posted) return arrived(send, delivery, posted)
    // Read-backs lag behind writes: absent counts only when it is seen late enough, and twice.
    const ageMs = send.attemptAgeMs
    if (send.looks >= 2 && ageMs >= deps.times.lastLookMs)
      return pending(send, 0, 'it had not arrived', 'OUTCOME_UNKNOWN', {})
    const waitMs = Math.max(deps.times.firstLookMs, send.looks >= 1 ? deps.times.lastLookMs - ageMs : 0)
    return {
      ...base(send),
      state: 'unknown',
      waitMs: Math.min(waitMs, deps.times.lastLookMs),
      error: send.looks === 1 ? 'not seen yet' : 'still not seen',
      errorCode: 'OUTCOME_UNKNOWN',
    }
  } catch (error) {
    const hubError = error instanceof HubError ? error : null
    if ((hubError && hubError.retry === 'never') || send.looks >= MAX_LOOKS)
      return held(`could not look for it: ${describe(error)}`)
    const asked = hubError && typeof hubError.retry === 'object' ? hubError.retry.afterMs : null
    return {
      ...base(send),
      state: 'unknown',
      waitMs: asked ?? backoffMs(send.looks, 1000),
      error: describe(error),
      errorCode: hubError?.code ?? 'UNAVAILABLE',
    }
  }
}

/**
 * Writes the outcome back, also while the database is away for longer than the lease: whoever made the call knows what became of it, and comes
 * before the look of a sweep.
 */
async function write(send: ClaimedSend, settled: Settled, deps: DeliverDeps): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      if (!(await deps.outbox.settle(settled))) {
        deps.onFenced()
        deps.log.warn({ delivery: send.id, key: send.key }, 'a send was settled by somebody else: nothing written')
      } else if (settled.state === 'dead' || settled.state === 'held') {
        deps.log.error(
          { delivery: send.id, key: send.key, job: send.jobId, code: settled.errorCode, reason: settled.error },
          `send ${settled.state}`,
        )
      } else if (settled.state === 'sent') {
        deps.log.debug({ delivery: send.id, key: send.key, job: send.jobId, attempt: send.attempts }, 'sent')
      } else if (settled.waitMs > 0) deps.ringLater(settled.waitMs)
      return
    } catch (error) {
      if (tries >= (isAway(error) ? AWAY_TRIES : WRITE_TRIES)) {
        deps.log.error({ delivery: send.id, error }, 'could not write a send back: it will be looked for')
        return
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(WRITE_AGAIN_MS, 100 * 2 ** tries)))
    }
  }
}

function toDelivery(send: ClaimedSend, deps: DeliverDeps, threads: boolean): Delivery {
  const ticket = deps.openTicket(send.place)
  const { ticket: _sealed, ...bare } = send.place
  const handle = ticket === null ? {} : { ticket, ...expiryOf(bare) }
  const to: Place = { ...bare, ...handle }
  const { key, message } = send
  if (send.op === 'update') {
    const posted = send.targetPosted ?? ('message' in bare ? (bare as Posted) : null)
    // A target that never got through, or has no id to edit, leaves a plain post.
    if (posted && posted.message !== '') return { key, message, op: 'update', to: { ...posted, ...handle } }
    return { key, message, op: 'post', to }
  }
  const root = send.targetPosted
  if (root && threads && root.message !== '')
    return { key, message, op: 'post', to: { ...to, thread: root.thread ?? root.message } }
  return { key, message, op: 'post', to }
}

/** A handle without its expiry would count as dead. */
function expiryOf({ ticketExpiresAtMs }: Place): Pick<Place, 'ticketExpiresAtMs'> {
  return ticketExpiresAtMs === undefined ? {} : { ticketExpiresAtMs }
}
/** What went out as a post is one from then on: later edits find its place by it. */
function arrived(send: ClaimedSend, delivery: Delivery, posted: Posted): Settled {
  const asPost = send.op === 'update' && delivery.op === 'post'
  return { ...base(send), state: 'sent', posted: withoutTicket(posted), asPost }
}
function withoutTicket({ ticket: _, ticketExpiresAtMs: __, ...posted }: Posted): Posted {
  return posted
}
function base(send: ClaimedSend): Omit<Settled, 'state'> {
  return {
    id: send.id,
    fence: send.fence,
    posted: null,
    error: null,
    errorCode: null,
    waitMs: 0,
    reserved: false,
    uncounted: false,
    asPost: false,
  }
}
function pending(
  send: ClaimedSend,
  waitMs: number,
  error: string | null,
  errorCode: string | null,
  flags: { reserved?: boolean; uncounted?: boolean; asPost?: boolean },
): Settled {
  return { ...base(send), state: 'pending', waitMs, error, errorCode, ...flags }
}
function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
