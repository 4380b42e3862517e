import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { HubError, type KeyValue } from '#contract'
import type { GitHubClient } from './client.ts'
import type { Identity } from './identity.ts'
import { parse } from './objects.ts'
import { repositoryOf } from './place.ts'

const KEPT_MS = 7 * 86_400_000
/** A run appears a moment after it was asked for, and GitHub's clock is not ours. */
const LOOKS_MS = [500, 1_500, 3_000, 5_000, 10_000]
const MARGIN_MS = 10_000
/** A start whose answer was lost is only looked for so long; what has not appeared by then did not arrive. */
const LOST_MS = 2 * 60_000
const FAILED_JOBS = 20
const LOG_LINES = 40
const LOG_LENGTH = 4_000

const started = z.object({ workflow_run_id: z.number(), html_url: z.string().nullish() })
const runWire = z.object({
  id: z.number(),
  name: z.string().nullish(),
  display_title: z.string().nullish(),
  status: z.string().nullish(),
  conclusion: z.string().nullish(),
  html_url: z.string(),
  created_at: z.string(),
  triggering_actor: z.object({ login: z.string() }).nullish(),
})
const runsWire = z.object({ workflow_runs: z.array(runWire) })
const jobsWire = z.object({
  jobs: z.array(z.object({ id: z.number(), name: z.string(), conclusion: z.string().nullish() })),
})
/** `accepted`: GitHub said yes and named no run. `askedMs`: when it was asked last, where the first time was lost. */
const noted = z.object({
  atMs: z.number(),
  askedMs: z.number().optional(),
  accepted: z.boolean().optional(),
  runId: z.string().optional(),
  url: z.string().optional(),
})

export interface Dispatch {
  readonly repository: string
  readonly workflow: string
  readonly ref: string
  readonly inputs: Readonly<Record<string, string>>
  /** Input of the workflow that takes the correlation id, which `run-name` then shows. */
  readonly correlationInput: string | null
  /** The same job again starts no second run. */
  readonly jobId: string
}
export interface RunState {
  readonly state: 'queued' | 'running' | 'done'
  readonly conclusion: string | null
  readonly name: string
  readonly url: string
  readonly failedJobs: readonly string[]
  readonly log: string | null
}
export interface Actions {
  dispatch(
    asked: Dispatch,
    signal: AbortSignal,
  ): Promise<{ readonly runId: string; readonly url: string; readonly correlationId: string }>
  run(repository: string, runId: string, signal: AbortSignal): Promise<RunState>
}
/** https://docs.github.com/en/rest/actions/workflows and https://docs.github.com/en/rest/actions/workflow-runs */
export function createActions(
  client: GitHubClient,
  identity: Identity,
  kv: KeyValue,
  looksMs: readonly number[] = LOOKS_MS,
  now: () => number = Date.now,
): Actions {
  const call = (name: string, route: string, parameters: object, what: string, signal: AbortSignal) => {
    const repository = repositoryOf(name)
    return client.call({ route, parameters: { ...repository, ...parameters }, repository, what, signal })
  }
  const find = async (asked: Dispatch, id: string, sinceMs: number, signal: AbortSignal) => {
    const { repository: name, workflow, ref } = asked
    const created = `>=${new Date(sinceMs - MARGIN_MS).toISOString().replace(/\.\d+Z$/, 'Z')}`
    const parameters = { workflow_id: workflow, event: 'workflow_dispatch', branch: ref, created, per_page: 50 }
    const route = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs'
    const listed = parse(
      runsWire,
      await call(name, route, parameters, `runs of ${workflow} in ${name}`, signal),
      'runs',
    )
    const runs = listed.workflow_runs.toReversed()
    if (asked.correlationInput !== null) return runs.find((run) => run.display_title?.includes(id)) ?? null
    const login = await identity.login(signal)
    for (const run of runs) {
      if (run.triggering_actor && run.triggering_actor.login.toLowerCase() !== login.toLowerCase()) continue
      // Whoever comes first takes it, so that two dispatches never count on the same run.
      const place = `dispatched:${run.id}`
      if ((await kv.add(place, id, KEPT_MS)) || (await kv.get(place)) === id) return run
    }
    return null
  }
  const look = async (asked: Dispatch, id: string, sinceMs: number, signal: AbortSignal) => {
    for (const ms of looksMs) {
      const found = await find(asked, id, sinceMs, signal)
      if (found) return found
      await sleep(ms, undefined, { signal })
    }
    return find(asked, id, sinceMs, signal)
  }
  return {
    async dispatch(asked, signal) {
      const { repository: name, workflow, ref, inputs, correlationInput, jobId } = asked
      const id = `hub-${createHash('sha256')
        .update(JSON.stringify([jobId, name, workflow, ref, inputs]))
        .digest('hex')
        .slice(0, 12)}`
      const place = `dispatch:${id}`
      const kept = async (runId: number | string, url: string, atMs: number) => {
        await kv.set(place, { atMs, runId: String(runId), url }, KEPT_MS)
        return { runId: String(runId), url, correlationId: id }
      }
      const before = noted.safeParse(await kv.get(place)).data
      if (before?.runId !== undefined) return { runId: before.runId, url: before.url ?? '', correlationId: id }
      const what = `start of ${workflow} in ${name}`
      const unknown = (why: string, retry: 'backoff' | 'never' = 'backoff') => {
        const cure = `look at ${pageOf(name)}/actions/workflows/${workflow} before you start it again`
        return new HubError('OUTCOME_UNKNOWN', `${what}: ${why}; ${cure}`, { retry })
      }
      const seek = async (looking: typeof look, sinceMs: number) => {
        const run = await looking(asked, id, sinceMs, signal).catch((error: unknown) => {
          // That it cannot be looked for says nothing of whether it was started.
          if (!(error instanceof HubError) || typeof error.retry === 'object') throw error
          throw unknown(error.message, error.retry)
        })
        return run && kept(run.id, run.html_url, sinceMs)
      }
      const settled = async (sinceMs: number, isAccepted: boolean) => {
        const run = await seek(look, sinceMs)
        if (run) return run
        throw unknown(isAccepted ? 'GitHub accepted it and lists no run of it yet' : "GitHub's answer was lost")
      }
      if (before) {
        // It was asked for before this attempt: what was accepted is never asked for again, what was lost not before it had its time.
        const isOver = before.accepted !== true && now() - (before.askedMs ?? before.atMs) > LOST_MS
        if (!isOver) return settled(before.atMs, before.accepted === true)
        const run = await seek(find, before.atMs)
        if (run) return run
      }
      const askedMs = now()
      const atMs = before?.atMs ?? askedMs
      await kv.set(place, { atMs, askedMs }, KEPT_MS)
      const all = correlationInput === null ? inputs : { ...inputs, [correlationInput]: id }
      const route = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches'
      const parameters = { workflow_id: workflow, ref, inputs: all, return_run_details: true }
      let isAccepted = false
      try {
        const answer = started.safeParse(await call(name, route, parameters, what, signal))
        if (answer.success)
          return await kept(answer.data.workflow_run_id, answer.data.html_url ?? runUrl(name, answer.data), atMs)
        // GitHub Enterprise and older versions name no run.
        isAccepted = true
        await kv.set(place, { atMs, askedMs, accepted: true }, KEPT_MS)
      } catch (error) {
        if (isAccepted) throw error
        if (!(error instanceof HubError) || error.code !== 'OUTCOME_UNKNOWN') {
          await (before ? kv.set(place, before, KEPT_MS) : kv.delete(place))
          throw error
        }
      }
      return settled(atMs, isAccepted)
    },
    async run(name, runId, signal) {
      const repository = repositoryOf(name)
      const what = `run ${runId} of ${name}`
      const ask = (route: string, parameters: object) => call(name, route, parameters, what, signal)
      const run = parse(runWire, await ask('GET /repos/{owner}/{repo}/actions/runs/{run_id}', { run_id: runId }), what)
      const state = run.status === 'completed' ? 'done' : run.status === 'in_progress' ? 'running' : 'queued'
      const about = {
        state,
        conclusion: run.conclusion ?? null,
        name: run.name ?? 'workflow',
        url: run.html_url,
      } as const
      if (state !== 'done' || run.conclusion === 'success') return { ...about, failedJobs: [], log: null }
      const parameters = { run_id: runId, filter: 'latest', per_page: 100 }
      const { jobs } = parse(
        jobsWire,
        await ask('GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', parameters),
        what,
      )
      const failed = jobs.filter(({ conclusion }) => conclusion === 'failure' || conclusion === 'timed_out')
      const [first] = failed
      const failedJobs = failed.slice(0, FAILED_JOBS).map((job) => job.name)
      if (!first) return { ...about, failedJobs, log: null }
      const route = 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs'
      const asked = {
        route,
        parameters: { ...repository, job_id: first.id },
        repository,
        what: `log of ${what}`,
        signal,
      }
      // Logs are deleted after a time, and may be too large: the state counts more.
      const log = await client.text(asked).catch((error: unknown) => {
        if (error instanceof HubError && ['NOT_FOUND', 'UNAVAILABLE', 'FORBIDDEN'].includes(error.code)) return null
        throw error
      })
      return { ...about, failedJobs, log: log === null ? null : logTail(log) }
    },
  }
}
function runUrl(name: string, { workflow_run_id: id }: z.infer<typeof started>): string {
  return `${pageOf(name)}/actions/runs/${id}`
}
const pageOf = (name: string): string => `https://github.com/${name}`
/** The lines before the last error, without what only terminals read. */
export function logTail(log: string): string {
  const lines = log
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, '').replace(ANSI, ''))
  const last = lines.findLastIndex((line) => line.startsWith('##[error]'))
  const end = last < 0 ? lines.findLastIndex((line) => line.trim() !== '') : last
  const shown = lines
    .slice(Math.max(0, end + 1 - LOG_LINES), end + 1)
    .filter((line) => !/^##\[(?:endgroup|debug)\]/.test(line))
    .map((line) =>
      line.replace(/^##\[(error|warning|group|command)\]/, (_, kind) => (kind === 'error' ? 'Error: ' : '')),
    )
  return shown.join('\n').slice(-LOG_LENGTH)
}
/** https://en.wikipedia.org/wiki/ANSI_escape_code */
const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g')
