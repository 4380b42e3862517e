import { randomUUIDv7 } from 'node:crypto'
import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import type { CommandInput, Db, JobStatus, Message } from '#contract'
import { WORKSPACE } from './config.ts'
import { reaching } from './failures.ts'
import { storableText } from './render.ts'
import { consoleMessages as messages, consoleThreads as threads } from './tables.ts'

/** A line of a thread as the page gets it. */
export interface Row {
  readonly id: string
  readonly thread: string
  readonly seq: number
  readonly rev: number
  readonly side: 'typed' | 'delivered'
  readonly key: string
  readonly message: Message
  readonly input: CommandInput | null
  readonly jobId: string | null
  readonly announce: string | null
  readonly jobState: JobStatus['state'] | 'sending' | 'refused' | null
  readonly attempts: number
  readonly error: string | null
  readonly createdAt: Date
  readonly editedAt: Date | null
}
export interface Thread {
  readonly id: string
  readonly title: string
  readonly rev: number
  readonly updatedAt: Date
}
/** What a typed line has become. */
export interface Outcome {
  readonly jobState: NonNullable<Row['jobState']>
  readonly jobId?: string
  readonly announce?: string | null
  readonly attempts?: number
  readonly error?: string | null
}
export type Store = ReturnType<typeof openConsoleStore>

const MAX_TITLE = 80
/** States in which a job can still change. */
const OPEN = ['queued', 'pending', 'running']

const columns = {
  id: messages.id,
  thread: messages.thread,
  seq: messages.seq,
  rev: messages.rev,
  side: messages.side,
  key: messages.key,
  message: messages.message,
  input: messages.input,
  jobId: messages.jobId,
  announce: messages.announce,
  jobState: messages.jobState,
  attempts: messages.attempts,
  error: messages.error,
  createdAt: messages.createdAt,
  editedAt: messages.editedAt,
}
const mine = eq(messages.workspace, WORKSPACE)
const byId = (id: string) => and(mine, eq(messages.id, id))

export function openConsoleStore(db: Db) {
  type Tx = Pick<Db, 'insert' | 'update' | 'select'>

  /** Locks the thread until the transaction ends and gives its next revision; makes the thread where it is new. */
  async function nextRev(tx: Tx, thread: string, firstLine: string): Promise<number> {
    const [row] = await tx
      .insert(threads)
      .values({ workspace: WORKSPACE, id: thread, title: titleOf(firstLine), rev: 1 })
      .onConflictDoUpdate({
        target: [threads.workspace, threads.id],
        set: { rev: sql`${threads.rev} + 1`, updatedAt: sql`clock_timestamp()` },
      })
      .returning({ rev: threads.rev })
    return row?.rev ?? 1
  }
  /** A repeat of the same key changes nothing and answers the row that stands. */
  function insert(
    thread: string,
    side: Row['side'],
    key: string,
    message: Message,
    input: CommandInput | null,
  ): Promise<Row> {
    return db.transaction(async (tx) => {
      const rev = await nextRev(tx, thread, message.text)
      const jobState = side === 'typed' ? 'sending' : null
      await tx
        .insert(messages)
        .values({ workspace: WORKSPACE, id: randomUUIDv7(), thread, rev, side, key, message, input, jobState })
        .onConflictDoNothing({ target: [messages.workspace, messages.side, messages.key] })
      const [row] = await tx
        .select(columns)
        .from(messages)
        .where(and(mine, eq(messages.side, side), eq(messages.key, key)))
      return row as Row
    })
  }
  async function first(where: ReturnType<typeof and>): Promise<Row | null> {
    const [row] = await db.select(columns).from(messages).where(where)
    return (row as Row | undefined) ?? null
  }

  return reaching({
    addTyped: (thread: string, clientId: string, text: string, input: CommandInput) =>
      insert(thread, 'typed', clientId, { text }, input),
    post: (thread: string, key: string, message: Message) => insert(thread, 'delivered', key, message, null),

    /** Edits in place; false when there is no such message. A repeat of the same key changes nothing. */
    async edit(id: string, key: string, message: Message): Promise<boolean> {
      const row = await first(byId(id))
      if (row === null) return false
      await db.transaction(async (tx) => {
        const rev = await nextRev(tx, row.thread, message.text)
        await tx
          .update(messages)
          .set({ rev, message, editKey: key, editedAt: sql`clock_timestamp()` })
          .where(and(byId(id), sql`${messages.editKey} is distinct from ${key}`))
      })
      return true
    },
    /** Says what became of a typed line; unchanged values make no new revision. */
    async settle(row: Row, outcome: Outcome): Promise<Row> {
      const next = {
        jobState: outcome.jobState,
        jobId: outcome.jobId ?? row.jobId,
        announce: outcome.announce === undefined ? row.announce : outcome.announce,
        attempts: outcome.attempts ?? row.attempts,
        error: outcome.error ?? null,
      }
      if (Object.entries(next).every(([name, value]) => row[name as keyof typeof next] === value)) return row
      return db.transaction(async (tx) => {
        const rev = await nextRev(tx, row.thread, row.message.text)
        const [settled] = await tx
          .update(messages)
          .set({ rev, ...next })
          .where(byId(row.id))
          .returning(columns)
        return settled as Row
      })
    },
    get: (id: string) => first(byId(id)),
    /** The message that a delivery with this key made, or last edited. */
    findByKey: (op: 'post' | 'update', key: string) =>
      first(
        and(mine, eq(messages.side, 'delivered'), op === 'post' ? eq(messages.key, key) : eq(messages.editKey, key)),
      ),
    /** Typed lines of the thread whose job can still change, oldest first. */
    async openJobs(thread: string): Promise<readonly Row[]> {
      const where = and(mine, eq(messages.thread, thread), inArray(messages.jobState, OPEN))
      return (await db.select(columns).from(messages).where(where).orderBy(asc(messages.seq)).limit(20)) as Row[]
    },
    /** What changed after a revision, in the order it changed. */
    async changes(thread: string, afterRev: number, limit: number): Promise<readonly Row[]> {
      const where = and(mine, eq(messages.thread, thread), gt(messages.rev, afterRev))
      return (await db.select(columns).from(messages).where(where).orderBy(asc(messages.rev)).limit(limit)) as Row[]
    },
    /** The last rows before `beforeSeq` (or of the whole thread), in reading order. */
    async page(thread: string, limit: number, beforeSeq?: number): Promise<readonly Row[]> {
      const until = beforeSeq === undefined ? undefined : lt(messages.seq, beforeSeq)
      const where = and(mine, eq(messages.thread, thread), until)
      const rows = await db.select(columns).from(messages).where(where).orderBy(desc(messages.seq)).limit(limit)
      return rows.reverse() as Row[]
    },
    async thread(id: string): Promise<Thread | null> {
      const [row] = await db
        .select()
        .from(threads)
        .where(and(eq(threads.workspace, WORKSPACE), eq(threads.id, id)))
      return row ?? null
    },
    threads: async (limit: number): Promise<readonly Thread[]> =>
      db
        .select({ id: threads.id, title: threads.title, rev: threads.rev, updatedAt: threads.updatedAt })
        .from(threads)
        .where(eq(threads.workspace, WORKSPACE))
        .orderBy(desc(threads.updatedAt))
        .limit(limit),
  })
}

function titleOf(text: string): string {
  const line = text.trim().split(/\r\n|\r|\n/, 1)[0] ?? ''
  const title = line.length > MAX_TITLE ? `${line.slice(0, MAX_TITLE - 1).trimEnd()}…` : line
  return storableText(title) || 'Untitled'
}
