import { z } from 'zod'
import { type CheckWrite, HubError } from '#contract'
import type { GitHubClient } from './client.ts'
import { asRepeatable } from './errors.ts'
import { unmentioned } from './markdown.ts'
import { parse, SHA } from './objects.ts'
import { repositoryOf } from './place.ts'

const SUMMARY = 65_000
const TITLE = 200
/** https://docs.github.com/en/rest/commits/statuses#create-a-commit-status */
const DESCRIPTION = 140
/** Tells our check runs from those of others when their webhooks come. */
export const CHECK_ID = 'autodevhub:'

const runs = z.object({
  check_runs: z.array(
    z.object({
      id: z.number(),
      name: z.string(),
      external_id: z.string().nullish(),
      html_url: z.string().nullish(),
    }),
  ),
})
const run = z.object({ html_url: z.string().nullish() })
const statuses = z.array(
  z.object({
    context: z.string(),
    state: z.string(),
    description: z.string().nullish(),
    target_url: z.string().nullish(),
  }),
)
const pulls = z.array(
  z.object({
    state: z.string(),
    head: z.object({ sha: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
  }),
)

/**
 * An app writes check runs; with a token GitHub takes commit statuses only, which hold less text. Both are found again by commit and name.
 * https://docs.github.com/en/rest/checks/runs and https://docs.github.com/en/rest/commits/statuses
 */
export function createChecks(client: GitHubClient) {
  const call = (name: string, route: string, parameters: object, signal: AbortSignal) => {
    const repository = repositoryOf(name)
    const asked = {
      route,
      parameters: { ...repository, ...parameters },
      repository,
      what: `check on a commit of ${name}`,
      signal,
    }
    if (route.startsWith('GET ')) return client.read(asked)
    return client.call(asked).catch((error: unknown) => {
      throw asRepeatable(error)
    })
  }
  /** Code from outside must not get a mark of ours beside it. */
  const refuseFork = async ({ repository: name, sha }: CheckWrite, signal: AbortSignal) => {
    const route = 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls'
    const listed = parse(pulls, await call(name, route, { commit_sha: sha, per_page: 100 }, signal), 'pull requests')
    const open = listed.filter((one) => one.state === 'open' && one.head.sha === sha)
    const isOwn = (one: (typeof open)[number]) => one.head.repo?.full_name.toLowerCase() === name.toLowerCase()
    if (open.length > 0 && !open.some(isOwn))
      throw new HubError('FORBIDDEN', `${sha.slice(0, 12)} belongs to a pull request from a fork, which gets no checks`)
  }
  const writeRun = async (write: CheckWrite, signal: AbortSignal) => {
    const { repository: name, sha, state } = write
    const found = parse(
      runs,
      await call(
        name,
        'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
        { ref: sha, check_name: write.name, per_page: 100 },
        signal,
      ),
      'checks',
    ).check_runs.find((one) => one.name === write.name && one.external_id?.startsWith(CHECK_ID))
    const isDone = state === 'success' || state === 'failure' || state === 'neutral'
    const body = {
      name: write.name,
      external_id: `${CHECK_ID}${write.name}`.slice(0, 100),
      ...(isDone
        ? { status: 'completed', conclusion: state }
        : { status: state === 'waiting' ? 'queued' : 'in_progress' }),
      output: { title: write.title.slice(0, TITLE), summary: unmentioned(write.summary).slice(0, SUMMARY) },
      ...(write.detailsUrl === undefined ? {} : { details_url: write.detailsUrl }),
    }
    const answer = found
      ? await call(
          name,
          'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
          { check_run_id: found.id, ...body },
          signal,
        )
      : await call(name, 'POST /repos/{owner}/{repo}/check-runs', { head_sha: sha, ...body }, signal)
    return { url: parse(run, answer, 'check').html_url ?? null }
  }
  const writeStatus = async (write: CheckWrite, signal: AbortSignal) => {
    const { repository: name, sha } = write
    const state =
      write.state === 'failure'
        ? 'failure'
        : write.state === 'running' || write.state === 'waiting'
          ? 'pending'
          : 'success'
    const description = write.title.replace(/\s+/g, ' ').trim().slice(0, DESCRIPTION)
    const url = write.detailsUrl ?? null
    const body = { state, context: write.name, description, ...(url === null ? {} : { target_url: url }) }
    const [last] = parse(
      statuses,
      await call(name, 'GET /repos/{owner}/{repo}/commits/{ref}/statuses', { ref: sha, per_page: 100 }, signal),
      'statuses',
    ).filter((one) => one.context === write.name)
    const isSame = last?.state === state && last.description === description && (last.target_url ?? null) === url
    if (!isSame) await call(name, 'POST /repos/{owner}/{repo}/statuses/{sha}', { sha, ...body }, signal)
    return { url }
  }
  return async (write: CheckWrite, signal: AbortSignal): Promise<{ readonly url: string | null }> => {
    if (!SHA.test(write.sha)) throw new HubError('INPUT_INVALID', 'a check stands at a commit: give its whole id')
    await refuseFork(write, signal)
    return client.kind === 'app' ? writeRun(write, signal) : writeStatus(write, signal)
  }
}
