import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  customType,
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

/** Every table of the hub lives here: BullMQ keeps its own schema and neither meets the other's names. */
export const hub = pgSchema('hub')

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
// Indexes are ascending: read backwards they serve "newest first", while drizzle's desc() means NULLS LAST, which no ORDER BY … DESC can use.
const createdAt = () => at('created_at').notNull().defaultNow()

/** Connected workspaces (tenants). `default_role` is what its people get without a grant. */
export const workspaces = hub.table('workspaces', {
  id: text('id').primaryKey(), // '<plugin>:<platform id>'
  plugin: text('plugin').notNull(),
  name: text('name').notNull(),
  defaultRole: text('default_role').notNull().default('member'),
  createdAt: createdAt(),
})

export const people = hub.table(
  'people',
  {
    workspace: text('workspace').notNull(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    /** Granted role; null means the workspace's default. */
    role: text('role'),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.id] })],
)

export const accounts = hub.table(
  'accounts',
  {
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    accountId: text('account_id').notNull(),
    personId: uuid('person_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.plugin, t.accountId] }),
    index('accounts_person').on(t.workspace, t.personId),
  ],
)

/** Which accounts, in whatever workspaces, are one human: accounts of one identity. Roles stay with each workspace's own person. */
export const links = hub.table(
  'links',
  {
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    accountId: text('account_id').notNull(),
    identity: uuid('identity').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.plugin, t.accountId] }), index('links_identity').on(t.identity)],
)

/** Verified addresses of accounts, as keyed hashes: only equal ones are ever looked for. Written while `HUB_LINK_EMAIL_DOMAINS` is set. */
export const addresses = hub.table(
  'addresses',
  {
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    accountId: text('account_id').notNull(),
    /** null: the platform vouches for none now. */
    address: text('address'),
    name: text('name').notNull(),
    /** Where the account was last heard: there it is told what was joined to it. */
    place: jsonb('place'),
    createdAt: createdAt(),
    checkedAt: at('checked_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.plugin, t.accountId] }), index('addresses_address').on(t.address)],
)

/** Accounts that a verified address joined to one that was known: weaker than a row of `links`, and apart from it, so that none passes for proof. */
export const emailLinks = hub.table(
  'email_links',
  {
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    accountId: text('account_id').notNull(),
    knownWorkspace: text('known_workspace').notNull(),
    knownPlugin: text('known_plugin').notNull(),
    knownAccountId: text('known_account_id').notNull(),
    /** The keyed hash that both had. */
    address: text('address').notNull(),
    /** It counts while the operator trusts this domain. */
    domain: text('domain').notNull(),
    /** Job that joined them: its repeat tells them, too. */
    jobId: uuid('job_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.plugin, t.accountId] }),
    index('email_links_known').on(t.knownWorkspace, t.knownPlugin, t.knownAccountId),
    index('email_links_address').on(t.address),
  ],
)

/** What a person took apart: no address joins it again. */
export const unlinked = hub.table(
  'unlinked',
  {
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    accountId: text('account_id').notNull(),
    otherWorkspace: text('other_workspace').notNull(),
    otherPlugin: text('other_plugin').notNull(),
    otherAccountId: text('other_account_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({
      columns: [t.workspace, t.plugin, t.accountId, t.otherWorkspace, t.otherPlugin, t.otherAccountId],
    }),
  ],
)

/** Challenges that one account asked for and another answers. The code itself is kept nowhere. */
export const linkCodes = hub.table(
  'link_codes',
  {
    /** First half of the code; the second half is its signature. */
    nonce: text('nonce').primaryKey(),
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    accountId: text('account_id').notNull(),
    name: text('name').notNull(),
    expiresAt: at('expires_at').notNull(),
    /** Job that used it: its repeat may go on. */
    spentBy: text('spent_by'),
    createdAt: createdAt(),
  },
  (t) => [
    index('link_codes_account').on(t.workspace, t.plugin, t.accountId),
    index('link_codes_expiry').on(t.expiresAt),
  ],
)

/** Audiences to which the author of something private has agreed to show it. */
export const sharings = hub.table(
  'sharings',
  {
    workspace: text('workspace').notNull(),
    /** What was written in private: 'ST-12'. */
    subject: text('subject').notNull(),
    audience: text('audience').notNull(),
    agreedBy: text('agreed_by').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.subject, t.audience] })],
)

/** Projects and what they are joined to. A target has one project in a workspace. */
export const bindings = hub.table(
  'bindings',
  {
    workspace: text('workspace').notNull(),
    project: text('project').notNull(),
    kind: text('kind').notNull(), // channel | tracker | repository
    plugin: text('plugin').notNull(),
    targetWorkspace: text('target_workspace').notNull(),
    target: text('target').notNull(),
    label: text('label').notNull(),
    rules: jsonb('rules').notNull().default({}),
    boundBy: text('bound_by').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.kind, t.plugin, t.targetWorkspace, t.target] }),
    index('bindings_target').on(t.plugin, t.targetWorkspace, t.target),
    index('bindings_project').on(t.workspace, t.project),
  ],
)

/** Roles for one project, on top of those of its workspace. */
export const projectRoles = hub.table(
  'project_roles',
  {
    workspace: text('workspace').notNull(),
    project: text('project').notNull(),
    personId: uuid('person_id').notNull(),
    role: text('role').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.project, t.personId] })],
)

/**
 * What arrived, exactly once each. The unique key makes a repeat a no-op; the row is the only thing written before the acknowledgement.
 * `seq` is the order of arrival and the order of dispatch.
 */
export const inbox = hub.table(
  'inbox',
  {
    id: uuid('id').primaryKey(),
    workspace: text('workspace').notNull(),
    source: text('source').notNull(),
    deliveryId: text('delivery_id').notNull(),
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    /** 'command' or the event's name. */
    kind: text('kind').notNull(),
    lane: text('lane'),
    body: jsonb('body').notNull(),
    state: text('state').notNull().default('new'), // new | dispatched | ignored
    receivedAt: at('received_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    uniqueIndex('inbox_delivery').on(t.source, t.workspace, t.deliveryId),
    index('inbox_new').on(t.seq).where(sql`state = 'new'`),
  ],
)

/** Work. Lease and fence by the database clock; the fence of a claim must match for anything to be written back. */
export const jobs = hub.table(
  'jobs',
  {
    id: uuid('id').primaryKey(),
    workspace: text('workspace').notNull(),
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    /** 'command', or the name of a plugin's job or event handler. */
    kind: text('kind').notNull(),
    /** Repeats with the same key are dropped. */
    key: text('key').notNull(),
    lane: text('lane'),
    /** { payload, actor, place }; null where the inbox row named by `origin` holds it. */
    body: jsonb('body'),
    state: text('state').notNull().default('pending'), // pending | running | done | dead | cancelled
    attempts: integer('attempts').notNull().default(0),
    maxAttempts: integer('max_attempts').notNull().default(8),
    backoffMs: integer('backoff_ms').notNull().default(1000),
    fence: integer('fence').notNull().default(0),
    leaseUntil: at('lease_until'),
    worker: text('worker'),
    runAt: at('run_at').notNull().default(sql`clock_timestamp()`),
    result: jsonb('result'),
    /** Why it last failed, in words for the person who must act. */
    error: text('error'),
    errorCode: text('error_code'),
    /** Correlation id: the inbox row it came from, itself or through other jobs. */
    origin: uuid('origin'),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
    finishedAt: at('finished_at'),
  },
  (t) => [
    uniqueIndex('jobs_key').on(t.workspace, t.key),
    index('jobs_due').on(t.runAt, t.seq).where(sql`state = 'pending'`),
    index('jobs_lane').on(t.lane, t.seq).where(sql`lane is not null and state in ('pending', 'running')`),
    index('jobs_lease').on(t.leaseUntil).where(sql`state = 'running'`),
    // A command's job has the id of its arrival.
    index('jobs_origin').on(t.origin).where(sql`id <> origin`),
    index('jobs_list').on(t.workspace, t.id),
    index('jobs_state').on(t.state, t.id).where(sql`state in ('dead', 'cancelled')`),
  ],
)

/** One row for each platform message. State machine: design 2.3; the lease and fence of a claim are the `leased` state. */
export const outbox = hub.table(
  'outbox',
  {
    id: uuid('id').primaryKey(),
    workspace: text('workspace').notNull(),
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    key: text('key').notNull(),
    jobId: uuid('job_id'),
    plugin: text('plugin').notNull(),
    /** (plugin, workspace, thread): strictly in order, one at a time. */
    lane: text('lane').notNull(),
    op: text('op').notNull(), // post | update
    place: jsonb('place').notNull(),
    /** For an update: key of the post it edits, when the platform's id is not known yet. */
    target: text('target'),
    message: jsonb('message').notNull(),
    /** A newer pending row with the same value replaces an older one that was not sent yet. */
    supersedes: text('supersedes'),
    state: text('state').notNull().default('pending'), // pending | inflight | unknown | reconciling | sent | dead | held | superseded
    attempts: integer('attempts').notNull().default(0),
    fence: integer('fence').notNull().default(0),
    leaseUntil: at('lease_until'),
    worker: text('worker'),
    notBefore: at('not_before').notNull().default(sql`clock_timestamp()`),
    attemptStartedAt: at('attempt_started_at'),
    /** Limit slots already reserved for this attempt. */
    reserved: boolean('reserved').notNull().default(false),
    /** Times the platform was asked whether an unknown send arrived. */
    looks: integer('looks').notNull().default(0),
    posted: jsonb('posted'),
    error: text('error'),
    errorCode: text('error_code'),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
    finishedAt: at('finished_at'),
  },
  (t) => [
    uniqueIndex('outbox_key').on(t.workspace, t.key),
    index('outbox_due').on(t.notBefore, t.seq).where(sql`state = 'pending'`),
    index('outbox_lane')
      .on(t.lane, t.seq)
      .where(sql`state in ('pending', 'inflight', 'unknown', 'reconciling', 'held')`),
    index('outbox_lease').on(t.leaseUntil).where(sql`state in ('inflight', 'reconciling')`),
    index('outbox_unknown').on(t.notBefore).where(sql`state = 'unknown'`),
    index('outbox_attention').on(t.state, t.id).where(sql`state in ('held', 'dead')`),
    index('outbox_list').on(t.workspace, t.id),
    index('outbox_job').on(t.jobId),
    // Threads that plain words continue (ledger/continuations.ts).
    index('outbox_card').on(t.workspace, t.lane).where(sql`message ? 'card'`),
    index('outbox_continues')
      .on(t.workspace, sql`(coalesce(posted ->> 'thread', posted ->> 'message'))`)
      .where(sql`message ? 'continues'`),
  ],
)

/** Limit buckets (generic cell rate): the next free slot, and how long the platform closed it. */
export const limits = hub.table('limits', {
  key: text('key').primaryKey(),
  nextAt: at('next_at').notNull(),
  closedUntil: at('closed_until'),
})

/** Append-only: denials and side effects. A trigger refuses update and delete. */
export const audit = hub.table(
  'audit',
  {
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    workspace: text('workspace').notNull(),
    at: at('at').notNull().default(sql`clock_timestamp()`),
    actor: text('actor').notNull(), // '<plugin>:<account id>' or 'system'
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    outcome: text('outcome').notNull(), // done | denied
    jobId: uuid('job_id'),
    detail: jsonb('detail').notNull().default({}),
  },
  (t) => [index('audit_workspace').on(t.workspace, t.seq)],
)

/** Plugins' own keys, sealed: value is AES-256-GCM with key id, bound to its row. */
export const kv = hub.table(
  'kv',
  {
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    key: text('key').notNull(),
    value: bytea('value').notNull(),
    expiresAt: at('expires_at'),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.plugin, t.key] })],
)

/** Model tokens spent, by workspace and day (the `budget` service). */
export const usage = hub.table(
  'usage',
  {
    workspace: text('workspace').notNull(),
    day: text('day').notNull(), // yyyy-mm-dd, UTC
    model: text('model').notNull(),
    inputTokens: bigint('input_tokens', { mode: 'number' }).notNull().default(0),
    outputTokens: bigint('output_tokens', { mode: 'number' }).notNull().default(0),
    calls: integer('calls').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.day, t.model] })],
)
