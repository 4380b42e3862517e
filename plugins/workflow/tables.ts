import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgSchema, primaryKey, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'

const hub = pgSchema('hub')
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
const madeAt = (name = 'created_at') => at(name).notNull().default(sql`clock_timestamp()`)

/** Last number given in a workspace: the 12 of WF-12. */
export const workflowNumbers = hub.table('workflow_numbers', {
  workspace: text('workspace').primaryKey(),
  last: integer('last').notNull(),
})

/** Every version of every definition that was saved or run, by the hash of what it says. Never changed: a run keeps its version. */
export const workflowVersions = hub.table(
  'workflow_versions',
  {
    workspace: text('workspace').notNull(),
    version: text('version').notNull(),
    name: text('name').notNull(),
    source: text('source').notNull(),
    /** JSON as text: the order of the steps is part of it, which jsonb would lose. */
    definition: text('definition').notNull(),
    createdAt: madeAt(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.version] })],
)

/** What a workspace has saved, at its newest version. Triggers work for these. */
export const workflows = hub.table(
  'workflows',
  {
    workspace: text('workspace').notNull(),
    name: text('name').notNull(),
    version: text('version').notNull(),
    savedBy: text('saved_by').notNull(),
    savedByName: text('saved_by_name').notNull(),
    /** Where it was saved: the card of a run that nobody started stands there. */
    place: jsonb('place'),
    /** Names of events that may start it; 'workflow:<name>' for the end of another one. */
    listens: jsonb('listens').notNull().default([]),
    /** Hash of the secret in its webhook's address. */
    hookHash: text('hook_hash'),
    updatedAt: madeAt('updated_at'),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.name] }),
    uniqueIndex('workflows_hook').on(t.hookHash).where(sql`hook_hash is not null`),
  ],
)

/** When what is due next; one row for each schedule of each saved workflow. */
export const workflowSchedules = hub.table(
  'workflow_schedules',
  {
    workspace: text('workspace').notNull(),
    name: text('name').notNull(),
    /** Which of its triggers. */
    nth: integer('nth').notNull(),
    nextAt: at('next_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.name, t.nth] }), index('workflow_schedules_due').on(t.nextAt)],
)

export const workflowRuns = hub.table(
  'workflow_runs',
  {
    workspace: text('workspace').notNull(),
    id: uuid('id').notNull(),
    number: integer('number').notNull(),
    /** Makes a repeated start find the run that it made. */
    startKey: text('start_key').notNull(),
    name: text('name').notNull(),
    version: text('version').notNull(),
    status: text('status').notNull(), // RunStatus
    outcome: text('outcome'),
    reason: text('reason'),
    inputs: jsonb('inputs').notNull(),
    /** What happened that started it; null by command. */
    event: jsonb('event'),
    trigger: text('trigger').notNull(), // command | event | schedule | webhook | workflow | rerun
    startedBy: text('started_by').notNull(),
    startedByName: text('started_by_name').notNull(),
    /** Where its card stands. */
    places: jsonb('places').notNull().default([]),
    concurrencyKey: text('concurrency_key'),
    /** Run and step that wait for this one. */
    parentRun: uuid('parent_run'),
    parentStep: text('parent_step'),
    parentAttempt: integer('parent_attempt'),
    depth: integer('depth').notNull().default(0),
    /** Run that this one takes up again. */
    rerunOf: uuid('rerun_of'),
    /** Grows with every change. */
    revision: integer('revision').notNull().default(0),
    started: integer('started').notNull().default(0),
    createdAt: madeAt(),
    finishedAt: at('finished_at'),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.id] }),
    uniqueIndex('workflow_runs_number').on(t.workspace, t.number),
    uniqueIndex('workflow_runs_start').on(t.workspace, t.startKey),
    index('workflow_runs_group')
      .on(t.workspace, t.concurrencyKey, t.number)
      .where(sql`concurrency_key is not null and finished_at is null`),
    index('workflow_runs_open').on(t.workspace).where(sql`finished_at is null`),
    index('workflow_runs_parent').on(t.workspace, t.parentRun).where(sql`parent_run is not null`),
  ],
)

export const workflowSteps = hub.table(
  'workflow_steps',
  {
    workspace: text('workspace').notNull(),
    runId: uuid('run_id').notNull(),
    /** 'deploy', 'deploy[2]', 'deploy:undo'. */
    key: text('key').notNull(),
    step: text('step').notNull(),
    status: text('status').notNull(), // StepStatus
    attempt: integer('attempt').notNull(),
    output: jsonb('output'),
    error: text('error'),
    /** In which order the steps of the run ended. */
    ended: integer('ended'),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.runId, t.key] })],
)

/** Append-only: everything that ever happened to a run, in order. The timeline and the replay read it. */
export const workflowTransitions = hub.table(
  'workflow_transitions',
  {
    workspace: text('workspace').notNull(),
    runId: uuid('run_id').notNull(),
    seq: integer('seq').notNull(),
    /** Key of the step; null: the run itself. */
    step: text('step'),
    attempt: integer('attempt'),
    /** `seen`: came from outside; `plan`: followed from the definition. */
    cause: text('cause').notNull(),
    status: text('status').notNull(),
    note: text('note'),
    /** Output of a step that succeeded: what a replay needs. */
    output: jsonb('output'),
    by: text('by'),
    at: madeAt('at'),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.runId, t.seq] })],
)

export const workflowApprovals = hub.table(
  'workflow_approvals',
  {
    workspace: text('workspace').notNull(),
    id: uuid('id').notNull(),
    runId: uuid('run_id').notNull(),
    step: text('step').notNull(),
    attempt: integer('attempt').notNull(),
    state: text('state').notNull().default('open'), // open | approved | rejected | void
    subject: text('subject').notNull(),
    /** Hash of what is approved; buttons and links carry it. */
    code: text('code').notNull(),
    rules: jsonb('rules').notNull(),
    startedBy: text('started_by').notNull(),
    dueAt: at('due_at'),
    createdAt: madeAt(),
    closedAt: at('closed_at'),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.id] }),
    uniqueIndex('workflow_approvals_step').on(t.workspace, t.runId, t.step, t.attempt),
    uniqueIndex('workflow_approvals_code').on(t.code),
    index('workflow_approvals_open').on(t.workspace, t.createdAt).where(sql`state = 'open'`),
  ],
)

/** One voice each; a person with several linked accounts is one. */
export const workflowVotes = hub.table(
  'workflow_votes',
  {
    workspace: text('workspace').notNull(),
    approvalId: uuid('approval_id').notNull(),
    /** '<plugin>:<account id>' of the oldest linked account. */
    voter: text('voter').notNull(),
    name: text('name').notNull(),
    vote: text('vote').notNull(), // approve | reject | delegate
    reason: text('reason'),
    /** To whom a delegated voice goes. */
    delegate: text('delegate'),
    /** `voter` of who handed their voice over to this one; null: it is their own. */
    voice: text('voice'),
    /** Job that cast it: its repeat is the same vote. */
    jobId: text('job_id').notNull(),
    createdAt: madeAt(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.approvalId, t.voter] })],
)

/** Links in mails: each answers one approval for one account. The secret itself is kept nowhere. */
export const workflowLinks = hub.table(
  'workflow_links',
  {
    hash: text('hash').primaryKey(),
    workspace: text('workspace').notNull(),
    approvalId: uuid('approval_id').notNull(),
    plugin: text('plugin').notNull(),
    accountId: text('account_id').notNull(),
    createdAt: madeAt(),
  },
  (t) => [index('workflow_links_approval').on(t.workspace, t.approvalId)],
)

/** Runs that wait for something to happen. */
export const workflowWaits = hub.table(
  'workflow_waits',
  {
    workspace: text('workspace').notNull(),
    runId: uuid('run_id').notNull(),
    step: text('step').notNull(),
    attempt: integer('attempt').notNull(),
    event: text('event').notNull(),
    /** Fields that the event must have; compared by the database. */
    match: jsonb('match').notNull(),
    /** `wait` goes on with the run, `void` asks for an approval again. */
    purpose: text('purpose').notNull(),
    createdAt: madeAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.runId, t.step] }),
    index('workflow_waits_event').on(t.workspace, t.event),
  ],
)

/** What happened lately: a wait that begins after its event still finds it. */
export const workflowEvents = hub.table(
  'workflow_events',
  {
    workspace: text('workspace').notNull(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    payload: jsonb('payload').notNull(),
    at: madeAt('at'),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.id] }),
    index('workflow_events_name').on(t.workspace, t.name, t.at),
    index('workflow_events_age').on(t.at),
  ],
)
