import { type Entry, FAILURE, opOf } from './entries.ts'

/** A row of the hub's own tables at the end of a run. */
export interface EndRow {
  readonly table: 'inbox' | 'jobs' | 'outbox'
  readonly id: string
  readonly state: string
  /** The op its text carries, where it carries one. */
  readonly op: string | null
}
/** What one scenario adds to the common verdict. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}
export interface Sets {
  readonly attempted: number
  readonly acknowledged: number
  readonly refused: number
  /** Ops that reached the platform at least once. */
  readonly arrived: number
  /** Acknowledged, and neither arrived nor held for a person. */
  readonly lost: readonly string[]
  /** Arrived more than once. */
  readonly duplicated: readonly string[]
  /** Arrived, and never attempted; or a post that carries no op and is no notice of a failure. */
  readonly unexpected: readonly string[]
  /** Not acknowledged, and arrived all the same. */
  readonly recovered: readonly string[]
  /** Held for a person, who decided. */
  readonly held: readonly string[]
  /** Held, and nobody decided. */
  readonly undecided: readonly string[]
  /** Held, although no answer was lost on the way: by the platform, or with a process or a connection that died. */
  readonly unexplained: readonly string[]
  /** Its answer was lost at a platform that cannot be asked, and the hub went on as if it knew. */
  readonly guessed: readonly string[]
  /** Ops whose asker was told that they failed. */
  readonly failed: readonly string[]
  /** Acknowledged ops of one lane that arrived in another order: 'lane: a before b'. */
  readonly inversions: readonly string[]
  /** Calls before the end of a wait that the platform had asked for. */
  readonly early: number
  /** Rows in a state that something should still end. */
  readonly unfinished: readonly string[]
}
export interface Verdict {
  readonly ok: boolean
  readonly sets: Sets
  readonly problems: readonly string[]
}
export interface Expectations {
  /** Ops that may end in a notice of failure instead of their answer. */
  readonly mayFail?: (op: string) => boolean
  /** Sends may be held, with a lost answer behind them; 'each': whatever was not answered must be. Absent: none may. */
  readonly holds?: 'some' | 'each'
}
/** Faults of the harness that take answers along, with the process, the connection or the commit. */
const TAKES_ANSWERS =
  /^(?:worker died|all died|SIGSTOP|kill -9 postgres|restart -m fast|PostgreSQL restart|pg_terminate_backend|disk full|network |machine stalled)/
/** A lease, a sweep and a look after it, the hub holds what was under way; a call that hears nothing takes its own time before. */
const EXPLAINS_MS = 20_000

const UNFINISHED: Readonly<Record<EndRow['table'], readonly string[]>> = {
  inbox: ['new'],
  jobs: ['pending', 'running'],
  outbox: ['pending', 'inflight', 'unknown', 'reconciling'],
}

/**
 * Jepsen's total-queue sets over the arrival ledger, with order and what the database was left with. Pure: the history was written by the
 * driver and the platform, never by the product.
 */
export function check(history: readonly Entry[], rows: readonly EndRow[], expected: Expectations = {}): Verdict {
  const attempts = new Map<string, { lane: string; order: number; atMs: number }>()
  const acked = new Set<string>()
  const refused = new Set<string>()
  const arrivals = new Map<string, number[]>()
  const failed = new Set<string>()
  const held = new Map<string, number>()
  const unanswered = new Set<string>()
  const takes: number[] = []
  const strangers: string[] = []
  let early = 0
  for (const [at, entry] of history.entries()) {
    if (entry.kind === 'attempt') attempts.set(entry.op, entry)
    if (entry.kind === 'ack') acked.add(entry.op)
    if (entry.kind === 'refused') refused.add(entry.op)
    if (entry.kind === 'early') early += 1
    if (entry.kind === 'held') held.set(entry.op, entry.atMs)
    if (entry.kind === 'unanswered') unanswered.add(entry.op)
    if (entry.kind === 'fault' && TAKES_ANSWERS.test(entry.fault)) takes.push(entry.atMs)
    if (entry.kind !== 'arrival' || entry.how !== 'created') continue
    const op = opOf(entry.text)
    if (FAILURE.test(entry.text)) failed.add(op ?? entry.text)
    else if (op === null) strangers.push(entry.text.slice(0, 80))
    else arrivals.set(op, [...(arrivals.get(op) ?? []), at])
  }
  const undecided = rows.filter((row) => row.state === 'held').map((row) => row.op ?? row.id)
  for (const op of undecided) held.set(op, Number.POSITIVE_INFINITY)
  const isExplained = ([op, heldAtMs]: readonly [string, number]): boolean => {
    const sentAtMs = attempts.get(op)?.atMs ?? Number.POSITIVE_INFINITY
    return (
      unanswered.has(op) || takes.some((atMs) => atMs >= sentAtMs && atMs <= heldAtMs && heldAtMs - atMs <= EXPLAINS_MS)
    )
  }
  const mayFail = expected.mayFail ?? (() => false)
  const gone = (op: string) => !arrivals.has(op) && !undecided.includes(op) && !(mayFail(op) && failed.has(op))
  const sets: Sets = {
    attempted: attempts.size,
    acknowledged: acked.size,
    refused: refused.size,
    arrived: arrivals.size,
    lost: [...acked].filter(gone),
    duplicated: [...arrivals].filter(([, at]) => at.length > 1).map(([op, at]) => `${op} ${at.length} times`),
    unexpected: [
      ...strangers,
      ...[...arrivals.keys()].filter((op) => !attempts.has(op)),
      ...[...failed].filter((op) => !mayFail(op)),
    ],
    recovered: [...arrivals.keys()].filter((op) => attempts.has(op) && !acked.has(op)),
    held: [...held.keys()],
    undecided,
    unexplained: [...held].filter((one) => !isExplained(one)).map(([op]) => op),
    guessed: expected.holds === 'each' ? [...unanswered].filter((op) => !held.has(op)) : [],
    failed: [...failed],
    inversions: inversions(attempts, acked, arrivals),
    early,
    unfinished: rows
      .filter((row) => UNFINISHED[row.table].includes(row.state))
      .map((r) => `${r.table} ${r.id} ${r.state}`),
  }
  const problems = [
    ...some('lost', sets.lost),
    ...some('duplicated', sets.duplicated),
    ...some('unexpected', sets.unexpected),
    ...some('inversions', sets.inversions),
    ...some('unfinished rows', sets.unfinished),
    ...(expected.holds === undefined ? some('held', sets.held) : some('held without a lost answer', sets.unexplained)),
    ...some('held and undecided', sets.undecided),
    ...some('sent although nobody knew', sets.guessed),
    ...(early > 0 ? [`${early} calls before Retry-After had passed`] : []),
    ...(sets.attempted === 0 ? ['nothing was attempted'] : []),
    ...(sets.arrived === 0 ? ['nothing arrived'] : []),
  ]
  return { ok: problems.length === 0, sets, problems }
}

/** Neighbours suffice: a lane in which no two neighbours are exchanged is in order. */
function inversions(
  attempts: ReadonlyMap<string, { readonly lane: string; readonly order: number }>,
  acked: ReadonlySet<string>,
  arrivals: ReadonlyMap<string, readonly number[]>,
): string[] {
  const lanes = new Map<string, { op: string; order: number; at: number }[]>()
  for (const [op, { lane, order }] of attempts) {
    const at = arrivals.get(op)?.[0]
    // The hub may take an unacknowledged op later than its followers: its platform sent it again, or never will.
    if (at === undefined || !acked.has(op)) continue
    lanes.set(lane, [...(lanes.get(lane) ?? []), { op, order, at }])
  }
  return [...lanes].flatMap(([lane, ops]) => {
    const sorted = ops.sort((a, b) => a.order - b.order)
    return sorted.flatMap((one, i) => {
      const before = sorted[i - 1]
      return before && before.at > one.at ? [`${lane}: ${one.op} before ${before.op}`] : []
    })
  })
}
function some(what: string, list: readonly string[]): string[] {
  if (list.length === 0) return []
  return [`${list.length} ${what}: ${list.slice(0, 5).join('; ')}${list.length > 5 ? '; …' : ''}`]
}
