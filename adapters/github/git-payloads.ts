import { z } from 'zod'

/**
 * As much of the payloads about code as is used. Lenient: GitHub's own examples do not all keep to GitHub's own schema, and a delivery that is
 * signed is never refused. https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
const repository = z.object({
  full_name: z.string().regex(/^[a-z\d][\w-]*\/(?!\.{1,2}$)[\w.-]+$/i),
  html_url: z.string(),
  default_branch: z.string().default('main'),
  owner: z.object({ id: z.number() }),
  pushed_at: z.unknown().optional(),
})
const user = z.object({ id: z.number(), login: z.string() })
const sender = user.nullish()
const commit = z.object({
  id: z.string(),
  tree_id: z.string().nullish(),
  message: z.string(),
  author: z.object({ name: z.string().nullish(), username: z.string().nullish() }).nullish(),
})
const text = z.string().nullish()

export const pushPayload = z.object({
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  created: z.boolean().default(false),
  deleted: z.boolean().default(false),
  forced: z.boolean().default(false),
  repository,
  sender,
  commits: z.array(commit).default([]),
  head_commit: commit.nullish(),
})
export const pullPayload = z.object({
  action: z.string(),
  repository,
  sender,
  changes: z.record(z.string(), z.unknown()).optional(),
  pull_request: z.object({
    number: z.number().int(),
    title: z.string(),
    body: text,
    html_url: z.string(),
    merged: z.boolean().nullish(),
    merge_commit_sha: text,
    updated_at: text,
    user: user.nullish(),
    base: z.object({ ref: z.string() }),
    head: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
  }),
})
export const visibilityPayload = z.object({
  action: z.enum(['privatized', 'publicized']),
  repository: repository.extend({ private: z.boolean() }),
})
export const runPayload = z.object({
  action: z.string(),
  repository,
  workflow_run: z.object({
    id: z.number(),
    name: text,
    path: text,
    head_branch: text,
    head_sha: z.string(),
    event: z.string(),
    status: text,
    conclusion: text,
    run_attempt: z.number().int().default(1),
    html_url: z.string(),
    updated_at: text,
  }),
})
export const checkPayload = z.object({
  action: z.string(),
  repository,
  check_run: z.object({
    id: z.number(),
    name: z.string(),
    head_sha: z.string(),
    status: text,
    conclusion: text,
    external_id: text,
    html_url: text,
    started_at: text,
    completed_at: text,
    app: z.object({ slug: text }).nullish(),
    check_suite: z.object({ head_branch: text }).nullish(),
  }),
})
const deployment = z.object({
  id: z.number(),
  sha: text,
  ref: text,
  task: text,
  environment: z.string(),
  description: text,
  payload: z.unknown().optional(),
  creator: user.nullish(),
  created_at: text,
})
const workflowRun = z.object({ html_url: text }).nullish()
export const deploymentPayload = z.object({
  action: text,
  repository,
  sender,
  deployment,
  workflow_run: workflowRun,
})
export const deploymentStatusPayload = deploymentPayload.extend({
  deployment_status: z.object({
    state: z.string(),
    description: text,
    environment: text,
    target_url: text,
    log_url: text,
    environment_url: text,
    created_at: text,
    updated_at: text,
  }),
})
export type CodeRepository = z.infer<typeof repository>
