import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { DeploymentState, Place, Role, RunArtifacts } from '#contract'
import type { Approval, Commit, Filter, OncePart, StoryCarried } from './model.ts'

const hub = pgSchema('hub')
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
const now = sql`clock_timestamp()`

/** Last number given in a workspace, by kind. Its row lock puts the creations of one workspace in a line. */
export const deployNumbers = hub.table(
  'deploy_numbers',
  {
    workspace: text('workspace').notNull(),
    kind: text('kind').notNull(), // deployment | freeze | webhook
    last: integer('last').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.kind] })],
)

/** One deployment of one service to one environment, as it stands. */
export const deployments = hub.table(
  'deployments',
  {
    workspace: text('workspace').notNull(),
    id: uuid('id').notNull(),
    /** The 12 of D-12. */
    number: integer('number').notNull(),
    project: text('project'),
    service: text('service').notNull(),
    environment: text('environment').notNull(),
    /** Counts for the measures of delivery. */
    production: boolean('production').notNull(),
    state: text('state').$type<DeploymentState>().notNull(),
    ref: text('ref'),
    sha: text('sha'),
    repository: text('repository'),
    url: text('url'),
    environmentUrl: text('environment_url'),
    byName: text('by_name'),
    /** '<plugin>:<account id>' of who asked the hub for it; null when somebody else started it. */
    askedBy: text('asked_by'),
    /** Grows by one with each change that can be seen. */
    revision: integer('revision').notNull(),
    /** By the clock of the source: what a report of an older time says is not news. */
    reportedAt: at('reported_at'),
    startedAt: at('started_at').notNull(),
    /** By the clock of the source, which may tell of it days later. */
    finishedAt: at('finished_at'),
    /** By our own clock, when that end was written down: what is told of a time goes by this, so that what is reported late is told as well. */
    endRecordedAt: at('end_recorded_at'),
    reason: text('reason'),
    /** Number of the deployment it takes back. */
    rollsBack: integer('rolls_back'),
    /** What was live before it came. */
    previousSha: text('previous_sha'),
    commits: jsonb('commits').$type<readonly Commit[]>().notNull().default([]),
    issues: jsonb('issues').$type<readonly string[]>().notNull().default([]),
    stories: jsonb('stories').$type<readonly StoryCarried[]>().notNull().default([]),
    /** What the run that carried it out left behind. */
    artifacts: jsonb('artifacts').$type<RunArtifacts>().notNull().default({ artifacts: [], artifactCount: 0 }),
    /** Median of its commits, from push to live. */
    leadTimeMs: bigint('lead_time_ms', { mode: 'number' }),
    /** From a failed deployment to the next one that succeeded. */
    restoreMs: bigint('restore_ms', { mode: 'number' }),
    /** Started by the hub and not over: nobody else deploys this service there. */
    locked: boolean('locked').notNull().default(false),
    approvalsNeeded: integer('approvals_needed').notNull().default(0),
    approverRole: text('approver_role').$type<Role>(),
    approvals: jsonb('approvals').$type<readonly Approval[]>().notNull().default([]),
    /** Job of the command that asked for it: its repeat finds what it wrote. */
    jobId: text('job_id'),
    createdAt: at('created_at').notNull().default(now),
    updatedAt: at('updated_at').notNull().default(now),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.id] }),
    // Ascending, read backwards for "newest first": drizzle's desc() means NULLS LAST.
    uniqueIndex('deployments_number').on(t.workspace, t.number),
    index('deployments_history').on(t.workspace, t.service, t.environment, t.number),
    index('deployments_environment').on(t.workspace, t.environment, t.number),
    index('deployments_service').on(t.workspace, t.service, t.number),
    index('deployments_finished').on(t.workspace, t.finishedAt),
    index('deployments_recorded').on(t.workspace, t.endRecordedAt),
    index('deployments_live').on(t.workspace, t.service, t.environment, t.finishedAt).where(sql`state = 'succeeded'`),
    index('deployments_sha').on(t.workspace, t.service, t.environment, t.sha),
    // All that the measures need, so that they never touch the rows.
    index('deployments_measures')
      .on(t.workspace, t.finishedAt, t.service, t.state, t.leadTimeMs, t.restoreMs)
      .where(sql`production`),
    index('deployments_open').on(t.updatedAt).where(sql`state in ('waiting', 'queued', 'running')`),
    index('deployments_stale').on(t.updatedAt).where(sql`locked`),
    uniqueIndex('deployments_lock').on(t.workspace, t.service, t.environment).where(sql`locked`),
    uniqueIndex('deployments_job').on(t.workspace, t.jobId).where(sql`job_id is not null`),
  ],
)

/** Names under which a deployment is known elsewhere: the deployment and the run of a code host, an application of Argo CD. */
export const deploymentSources = hub.table(
  'deployment_sources',
  {
    workspace: text('workspace').notNull(),
    source: text('source').notNull(),
    sourceId: text('source_id').notNull(),
    number: integer('number').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.source, t.sourceId] }),
    index('deployment_sources_number').on(t.workspace, t.number),
  ],
)

/** Criteria that a person has seen to hold where the deployment went. */
export const deploymentVerifications = hub.table(
  'deployment_verifications',
  {
    workspace: text('workspace').notNull(),
    number: integer('number').notNull(),
    story: text('story').notNull(),
    criterion: text('criterion').notNull(),
    by: text('by').notNull(),
    byName: text('by_name').notNull(),
    at: at('at').notNull().default(now),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.number, t.story, t.criterion] }),
    index('deployment_verifications_story').on(t.workspace, t.story),
  ],
)

/** Where the card of a deployment stands, so that it is edited there until the end. */
export const deploymentCards = hub.table(
  'deployment_cards',
  {
    workspace: text('workspace').notNull(),
    number: integer('number').notNull(),
    placeKey: text('place_key').notNull(),
    place: jsonb('place').$type<Place>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.number, t.placeKey] })],
)

export const deployServices = hub.table(
  'deploy_services',
  {
    workspace: text('workspace').notNull(),
    service: text('service').notNull(),
    /** 'owner/name' and the adapter of its code host. */
    repository: text('repository'),
    codeHost: text('code_host').notNull(),
    /** File of the workflow that deploys it. */
    workflow: text('workflow'),
    /** In the order in which a change travels. */
    environments: jsonb('environments').$type<readonly string[]>().notNull(),
    /** What the workflow takes, of: environment, sha, service, deployment. */
    inputs: jsonb('inputs').$type<readonly string[]>().notNull(),
    updatedBy: text('updated_by').notNull(),
    updatedAt: at('updated_at').notNull().default(now),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.service] }),
    index('deploy_services_repository').on(t.workspace, t.repository),
  ],
)

export const deployEnvironments = hub.table(
  'deploy_environments',
  {
    workspace: text('workspace').notNull(),
    environment: text('environment').notNull(),
    approvals: integer('approvals').notNull(),
    /** Least role of those who approve. */
    role: text('role').$type<Role>().notNull(),
    production: boolean('production').notNull(),
    updatedBy: text('updated_by').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.environment] })],
)

/** Times in which nothing goes out: once from–to, or again and again by a cron pattern and a length. */
export const deployFreezes = hub.table(
  'deploy_freezes',
  {
    workspace: text('workspace').notNull(),
    number: integer('number').notNull(),
    jobId: text('job_id').notNull(),
    /** null: every one. */
    service: text('service'),
    environment: text('environment'),
    fromAt: at('from_at'),
    toAt: at('to_at'),
    cron: text('cron'),
    durationMs: bigint('duration_ms', { mode: 'number' }),
    zone: text('zone').notNull(),
    reason: text('reason').notNull(),
    byName: text('by_name').notNull(),
    createdAt: at('created_at').notNull().default(now),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.number] }), uniqueIndex('deploy_freezes_job').on(t.workspace, t.jobId)],
)

/** Who hears what where. Topic and filter are free, so that every plugin's news fit. */
export const subscriptions = hub.table(
  'subscriptions',
  {
    workspace: text('workspace').notNull(),
    topic: text('topic').notNull(), // deploys
    placeKey: text('place_key').notNull(),
    /** The filter as one text: a place hears the same thing once. */
    filterKey: text('filter_key').notNull(),
    filter: jsonb('filter').$type<Filter>().notNull(),
    place: jsonb('place').$type<Place>().notNull(),
    zone: text('zone'),
    /** Minutes of the day; both or none. */
    quietFrom: integer('quiet_from'),
    quietTo: integer('quiet_to'),
    /** One card of a service for each of these together; null: one for each deployment. */
    once: jsonb('once').$type<readonly OncePart[]>(),
    /** New ones wait this long for others, which then are one message. */
    groupMinutes: integer('group_minutes'),
    by: text('by').notNull(),
    createdAt: at('created_at').notNull().default(now),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.topic, t.placeKey, t.filterKey] })],
)

/** What a place was told of once: the deployment that came first keeps it. */
export const subscriptionOnce = hub.table(
  'subscription_once',
  {
    workspace: text('workspace').notNull(),
    placeKey: text('place_key').notNull(),
    onceKey: text('once_key').notNull(),
    number: integer('number').notNull(),
    at: at('at').notNull().default(now),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.placeKey, t.onceKey] }), index('subscription_once_at').on(t.at)],
)

/** Deployments that a place hears of in one message: it waits, is closed, and then is shown and edited. */
export const deploymentGroups = hub.table(
  'deployment_groups',
  {
    workspace: text('workspace').notNull(),
    id: uuid('id').notNull(),
    placeKey: text('place_key').notNull(),
    place: jsonb('place').$type<Place>().notNull(),
    /** Nothing joins any more. */
    closedAt: at('closed_at'),
    /** Who is in it stays so from here on. */
    shownAt: at('shown_at'),
    createdAt: at('created_at').notNull().default(now),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.id] }),
    uniqueIndex('deployment_groups_open').on(t.workspace, t.placeKey).where(sql`closed_at is null`),
    index('deployment_groups_created').on(t.createdAt),
  ],
)
export const deploymentGroupMembers = hub.table(
  'deployment_group_members',
  {
    workspace: text('workspace').notNull(),
    groupId: uuid('group_id').notNull(),
    number: integer('number').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.groupId, t.number] }),
    index('deployment_group_members_number').on(t.workspace, t.number),
  ],
)

/** Addresses that are told by the Standard Webhooks specification. Their secrets lie sealed in the plugin's own keys. */
export const webhookEndpoints = hub.table(
  'webhook_endpoints',
  {
    workspace: text('workspace').notNull(),
    number: integer('number').notNull(),
    jobId: text('job_id').notNull(),
    topic: text('topic').notNull(),
    url: text('url').notNull(),
    filter: jsonb('filter').$type<Filter>().notNull(),
    by: text('by').notNull(),
    createdAt: at('created_at').notNull().default(now),
    /** Why nothing is sent any more; null while it works. */
    stopped: text('stopped'),
    /** What the last attempt came to, when it was not taken. */
    failure: text('failure'),
    failedAt: at('failed_at'),
    /** Where it was asked for: whoever added it is told there when it is stopped. */
    place: jsonb('place').$type<Place>(),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.number] }),
    uniqueIndex('webhook_endpoints_job').on(t.workspace, t.jobId),
  ],
)

/** Commits as they were pushed: when a change began, and what a deployment brought where no code host can be asked. */
export const deployCommits = hub.table(
  'deploy_commits',
  {
    workspace: text('workspace').notNull(),
    repository: text('repository').notNull(),
    sha: text('sha').notNull(),
    message: text('message').notNull(),
    author: text('author').notNull(),
    pushedAt: at('pushed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.repository, t.sha] }), index('deploy_commits_pushed').on(t.pushedAt)],
)

/** Pull requests by what they became, so that the card of a deployment stands under them as well. */
export const deployPulls = hub.table(
  'deploy_pulls',
  {
    workspace: text('workspace').notNull(),
    repository: text('repository').notNull(),
    sha: text('sha').notNull(),
    number: integer('number').notNull(),
    place: jsonb('place').$type<Place>().notNull(),
    mergedAt: at('merged_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.repository, t.sha] }), index('deploy_pulls_merged').on(t.mergedAt)],
)
