import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
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

const hub = pgSchema('hub')
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/**
 * Threads of the console. `rev` counts every change in the thread. Each write locks this row first, so revisions become visible in
 * their order and a reader who has seen revision n never misses one below it.
 */
export const consoleThreads = hub.table(
  'console_threads',
  {
    workspace: text('workspace').notNull(),
    id: text('id').notNull(),
    title: text('title').notNull(),
    rev: bigint('rev', { mode: 'number' }).notNull(),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
    updatedAt: at('updated_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.id] }), index('console_threads_recent').on(t.workspace, t.updatedAt)],
)

/** One row for each line typed and each message delivered. */
export const consoleMessages = hub.table(
  'console_messages',
  {
    workspace: text('workspace').notNull(),
    id: uuid('id').notNull(),
    thread: text('thread').notNull(),
    /** Order in the thread; never changes. */
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    /** The thread's revision that last changed this row: where an event stream resumes. */
    rev: bigint('rev', { mode: 'number' }).notNull(),
    side: text('side').notNull(), // typed | delivered
    /** Client's id of a typed line, outbox key of a delivered message: a repeat is dropped. */
    key: text('key').notNull(),
    /** Outbox key of the last edit. */
    editKey: text('edit_key'),
    message: jsonb('message').notNull(),
    /** What was sent, so that a line that was not taken can be sent again. */
    input: jsonb('input'),
    /** Only typed lines: the job it became, what was announced, how far it is, and why it failed. */
    jobId: text('job_id'),
    announce: text('announce'),
    jobState: text('job_state'), // sending | refused | queued | pending | running | done | dead | cancelled
    attempts: integer('attempts').notNull().default(0),
    error: text('error'),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
    editedAt: at('edited_at'),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.id] }),
    uniqueIndex('console_messages_key').on(t.workspace, t.side, t.key),
    index('console_messages_order').on(t.workspace, t.thread, t.seq),
    index('console_messages_rev').on(t.workspace, t.thread, t.rev),
    index('console_messages_open')
      .on(t.workspace, t.thread, t.seq)
      .where(sql`job_state in ('queued', 'pending', 'running')`),
  ],
)
