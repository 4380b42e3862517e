import { z } from 'zod'
import { defineEvent } from './define.ts'

/** A repository of a code host, as its adapter names it. */
const repository = {
  /** Adapter that owns it: 'github'. */
  plugin: z.string(),
  /** 'owner/name'. */
  repository: z.string(),
  url: z.string(),
}
const person = z.object({ id: z.string(), name: z.string() })

/** Commits arrived on a branch. Published in the lane of its branch; the hub's own pushes are marked, not hidden. */
export const pushed = defineEvent(
  'git.pushed',
  z.object({
    ...repository,
    branch: z.string(),
    defaultBranch: z.string(),
    /** null: the branch is new, or was deleted (`after`). */
    before: z.string().nullable(),
    after: z.string().nullable(),
    forced: z.boolean(),
    /** The hub itself pushed. */
    own: z.boolean(),
    author: person.nullable(),
    /** First lines of the messages, oldest first; at most 50. */
    commits: z.array(z.object({ sha: z.string(), message: z.string(), author: z.string() })),
    atMs: z.number(),
  }),
)
/** A pull request was opened, changed, merged or closed. */
export const pullRequestChanged = defineEvent(
  'git.pull-request',
  z.object({
    ...repository,
    number: z.number().int(),
    title: z.string(),
    change: z.enum(['opened', 'updated', 'merged', 'closed', 'reopened']),
    head: z.object({ branch: z.string(), sha: z.string(), fork: z.boolean() }),
    base: z.string(),
    mergeCommit: z.string().nullable(),
    own: z.boolean(),
    author: person.nullable(),
    pageUrl: z.string(),
    /** `Place.channel` of its conversation, where the adapter can post into it. */
    channel: z.string().nullable().default(null),
    atMs: z.number(),
  }),
)
/** A repository was opened to everybody, or closed. What the hub keeps of it follows. */
export const repositoryOpened = defineEvent(
  'git.visibility',
  z.object({ ...repository, private: z.boolean(), atMs: z.number() }),
)
/** A CI run reached a new state. */
export const ciRunChanged = defineEvent(
  'git.ci-run',
  z.object({
    ...repository,
    /** The host's id of the run. */
    runId: z.string(),
    name: z.string(),
    /** File that defines it, where the host tells. */
    path: z.string().nullable(),
    branch: z.string().nullable(),
    sha: z.string(),
    event: z.string(),
    state: z.enum(['queued', 'running', 'done']),
    conclusion: z.enum(['success', 'failure', 'cancelled', 'skipped', 'other']).nullable(),
    attempt: z.number().int(),
    runUrl: z.string(),
    atMs: z.number(),
  }),
)
/** A deployment reached a new state, as whoever carries it out reports. */
export const deploymentReported = defineEvent(
  'deployment.reported',
  z.object({
    /** Where the report came from: 'github', 'argocd', 'api'. */
    source: z.string(),
    /** Stable id of this deployment at its source. */
    deploymentId: z.string(),
    service: z.string(),
    environment: z.string(),
    state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'inactive']),
    ref: z.string().nullable(),
    sha: z.string().nullable(),
    /** 'owner/name' where the code lies. */
    repository: z.string().nullable(),
    by: z.string().nullable(),
    /** Page of the run or of the deployment. */
    url: z.string().nullable(),
    /** Page of what went live. */
    environmentUrl: z.string().nullable(),
    description: z.string().nullable(),
    /** Id at the source of the deployment that this one takes back. */
    rollsBack: z.string().nullable(),
    atMs: z.number(),
  }),
)
