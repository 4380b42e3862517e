import { z } from 'zod'
import type { ciRunChanged, deploymentReported, In, pullRequestChanged, pushed, repositoryOpened } from '#contract'
import { CHECK_ID } from './checks.ts'
import {
  type CodeRepository,
  checkPayload,
  deploymentPayload,
  deploymentStatusPayload,
  pullPayload,
  pushPayload,
  runPayload,
  visibilityPayload,
} from './git-payloads.ts'
import { keyMark, markedEdits } from './mark.ts'
import { workspaceOf } from './place.ts'

const MAX_COMMITS = 50
const FIRST_LINE = 200
const SERVICE = 100

/** What a delivery about code tells, in the hub's own words. */
export type Told = (
  | { readonly kind: 'push'; readonly payload: Omit<In<typeof pushed.payload>, 'own'> }
  | { readonly kind: 'pull request'; readonly payload: Omit<In<typeof pullRequestChanged.payload>, 'own'> }
  | { readonly kind: 'visibility'; readonly payload: In<typeof repositoryOpened.payload> }
  | { readonly kind: 'run'; readonly payload: In<typeof ciRunChanged.payload> }
  | { readonly kind: 'deployment'; readonly payload: In<typeof deploymentReported.payload> }
) & {
  readonly workspace: string
  readonly lane: string
  /** Whoever did it, where it carries the hub's mark: it is the hub's own when that is the hub. null: it carries none. */
  readonly markedBy: string | null
}
type Reader = (body: unknown, nowMs: number) => Told | null

/** null for what is none of the hub's business, and for what cannot be read: both are acknowledged. */
export function readEvent(event: string, body: unknown, nowMs: number): Told | null {
  return Object.hasOwn(READERS, event) ? (READERS[event]?.(body, nowMs) ?? null) : null
}
const READERS: Readonly<Record<string, Reader>> = {
  push(body, nowMs) {
    const read = pushPayload.safeParse(body)
    const [, branch] = /^refs\/heads\/(.+)$/s.exec(read.data?.ref ?? '') ?? []
    if (!read.success || branch === undefined) return null
    const { before, after, created, deleted, forced, repository, sender, commits, head_commit: head } = read.data
    const isMarked =
      typeof head?.tree_id === 'string' && !deleted && markedEdits(branch, head.tree_id, head.message) !== null
    return {
      ...about(repository, `@${branch}`),
      markedBy: isMarked ? (sender?.login ?? null) : null,
      kind: 'push',
      payload: {
        ...named(repository),
        branch,
        defaultBranch: repository.default_branch,
        before: created || isZero(before) ? null : before,
        after: deleted || isZero(after) ? null : after,
        forced,
        author: personOf(sender),
        commits: commits.slice(-MAX_COMMITS).map((one) => ({
          sha: one.id,
          message: (one.message.split('\n')[0] ?? '').slice(0, FIRST_LINE),
          author: one.author?.username ?? one.author?.name ?? 'unknown',
        })),
        // Seconds here, a date in every other payload.
        atMs: typeof repository.pushed_at === 'number' ? repository.pushed_at * 1_000 : nowMs,
      },
    }
  },
  pull_request(body, nowMs) {
    const read = pullPayload.safeParse(body)
    if (!read.success) return null
    const { action, repository, changes = {}, pull_request: pull } = read.data
    const change = changeOf(action, pull.merged === true, 'title' in changes || 'base' in changes)
    if (change === null) return null
    const isFork = pull.head.repo?.full_name.toLowerCase() !== repository.full_name.toLowerCase()
    const isMarked = !isFork && (pull.body ?? '').includes(keyMark('proposal', pull.head.ref))
    return {
      ...about(repository, `!${pull.number}`),
      markedBy: isMarked ? (pull.user?.login ?? null) : null,
      kind: 'pull request',
      payload: {
        ...named(repository),
        number: pull.number,
        title: pull.title,
        change,
        head: { branch: pull.head.ref, sha: pull.head.sha, fork: isFork },
        base: pull.base.ref,
        mergeCommit: change === 'merged' ? (pull.merge_commit_sha ?? null) : null,
        author: personOf(pull.user),
        pageUrl: pull.html_url,
        channel: `${repository.full_name}#${pull.number}`,
        atMs: timeOf(pull.updated_at, nowMs),
      },
    }
  },
  repository(body, nowMs) {
    const read = visibilityPayload.safeParse(body)
    if (!read.success) return null
    const { repository } = read.data
    return {
      ...about(repository, 'itself'),
      markedBy: null,
      kind: 'visibility',
      payload: { ...named(repository), private: repository.private, atMs: nowMs },
    }
  },
  workflow_run(body, nowMs) {
    const read = runPayload.safeParse(body)
    if (!read.success) return null
    const { repository, workflow_run: run } = read.data
    const state = stateOf(run.status)
    return {
      ...about(repository, `run ${run.id}`),
      markedBy: null,
      kind: 'run',
      payload: {
        ...named(repository),
        runId: String(run.id),
        name: run.name || run.path?.split('@')[0] || 'workflow',
        path: run.path?.split('@')[0] ?? null,
        branch: run.head_branch ?? null,
        sha: run.head_sha,
        event: run.event,
        state,
        conclusion: state === 'done' ? conclusionOf(run.conclusion) : null,
        attempt: run.run_attempt,
        runUrl: run.html_url,
        atMs: timeOf(run.updated_at, nowMs),
      },
    }
  },
  check_run(body, nowMs) {
    const read = checkPayload.safeParse(body)
    if (!read.success) return null
    const { action, repository, check_run: check } = read.data
    // A wish of a person that it run again comes with the state it had.
    if (action !== 'created' && action !== 'completed') return null
    // Each job of a workflow is one too, and its run is told by itself; our own are no news.
    if (check.app?.slug === 'github-actions' || check.external_id?.startsWith(CHECK_ID)) return null
    const state = stateOf(check.status)
    return {
      ...about(repository, `check ${check.id}`),
      markedBy: null,
      kind: 'run',
      payload: {
        ...named(repository),
        runId: `check-${check.id}`,
        name: check.name,
        path: null,
        branch: check.check_suite?.head_branch ?? null,
        sha: check.head_sha,
        event: 'check_run',
        state,
        conclusion: state === 'done' ? conclusionOf(check.conclusion) : null,
        attempt: 1,
        runUrl: check.html_url ?? repository.html_url,
        atMs: timeOf(check.completed_at ?? check.started_at, nowMs),
      },
    }
  },
  deployment(body, nowMs) {
    const read = deploymentPayload.safeParse(body)
    return read.success ? deploymentOf(read.data, null, nowMs) : null
  },
  deployment_status(body, nowMs) {
    const read = deploymentStatusPayload.safeParse(body)
    return read.success ? deploymentOf(read.data, read.data.deployment_status, nowMs) : null
  },
}
const DEPLOYMENT_STATES = {
  success: 'succeeded',
  failure: 'failed',
  error: 'failed',
  inactive: 'inactive',
  in_progress: 'running',
} as const

function deploymentOf(
  { repository, deployment, workflow_run: run }: z.infer<typeof deploymentPayload>,
  status: z.infer<typeof deploymentStatusPayload>['deployment_status'] | null,
  nowMs: number,
): Told {
  const given = detailsOf(deployment.payload)
  const known = Object.entries(DEPLOYMENT_STATES).find(([name]) => name === status?.state)
  return {
    ...about(repository, `deployment ${deployment.id}`),
    markedBy: null,
    kind: 'deployment',
    payload: {
      source: 'github',
      deploymentId: String(deployment.id),
      // GitHub knows no services: whoever deploys several from one repository names one in the payload of the deployment.
      service: (given.service ?? repository.full_name.split('/')[1] ?? repository.full_name).slice(0, SERVICE),
      environment: status?.environment || deployment.environment,
      state: known?.[1] ?? 'queued',
      ref: deployment.ref ?? null,
      sha: deployment.sha ?? null,
      repository: repository.full_name,
      by: deployment.creator?.login ?? null,
      url: webUrl(status?.log_url) ?? webUrl(status?.target_url) ?? webUrl(run?.html_url),
      environmentUrl: webUrl(status?.environment_url),
      description: status?.description || deployment.description || null,
      rollsBack: given.rollsBack ?? null,
      atMs: timeOf(status?.updated_at ?? status?.created_at ?? deployment.created_at, nowMs),
    },
  }
}
const details = z.object({
  service: z.string().min(1).optional().catch(undefined),
  rolls_back: z.union([z.string(), z.number()]).transform(String).optional().catch(undefined),
})
/** What whoever made the deployment put into it: an object, or JSON as text. */
function detailsOf(payload: unknown): {
  readonly service?: string | undefined
  readonly rollsBack?: string | undefined
} {
  let given = payload
  if (typeof payload === 'string')
    try {
      given = JSON.parse(payload)
    } catch {
      return {}
    }
  const { service, rolls_back } = details.safeParse(given).data ?? {}
  return { service, rollsBack: rolls_back }
}
function changeOf(
  action: string,
  merged: boolean,
  edited: boolean,
): In<typeof pullRequestChanged.payload>['change'] | null {
  switch (action) {
    case 'opened':
    case 'reopened':
      return action
    case 'closed':
      return merged ? 'merged' : 'closed'
    case 'synchronize':
    case 'ready_for_review':
      return 'updated'
    case 'edited':
      return edited ? 'updated' : null
    default:
      return null
  }
}
function stateOf(status: string | null | undefined): 'queued' | 'running' | 'done' {
  return status === 'completed' ? 'done' : status === 'in_progress' ? 'running' : 'queued'
}
function conclusionOf(conclusion: string | null | undefined): In<typeof ciRunChanged.payload>['conclusion'] {
  switch (conclusion) {
    case 'success':
    case 'failure':
    case 'cancelled':
    case 'skipped':
      return conclusion
    case 'timed_out':
    case 'startup_failure':
      return 'failure'
    default:
      return 'other'
  }
}
function about(repository: CodeRepository, what: string): { readonly workspace: string; readonly lane: string } {
  const workspace = workspaceOf(repository)
  return { workspace, lane: `${workspace}|${repository.full_name} ${what}` }
}
function named({ full_name, html_url }: CodeRepository) {
  return { plugin: 'github', repository: full_name, url: html_url }
}
function personOf(user: { readonly id: number; readonly login: string } | null | undefined) {
  return user ? { id: String(user.id), name: user.login } : null
}
function isZero(sha: string): boolean {
  return /^0+$/.test(sha)
}
function timeOf(text: string | null | undefined, nowMs: number): number {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? nowMs : ms
}
function webUrl(text: string | null | undefined): string | null {
  return text && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : null
}
