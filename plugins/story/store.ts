import { randomUUIDv7 } from 'node:crypto'
import { and, desc, eq, inArray, or, sql } from 'drizzle-orm'
import { z } from 'zod'
import { type Db, HubError } from '#contract'
import { formatReference } from './reference.ts'
import { stories, storyNumbers, storyVersions } from './tables.ts'
import { type Provenance, provenanceSchema, type StoryDraft, storyDraftSchema } from './version.ts'

export interface Author {
  /** '<plugin>:<account id>' */
  readonly key: string
  readonly name: string
}
/** A story at one of its versions. */
export interface Saved {
  readonly workspace: string
  readonly id: string
  readonly number: number
  readonly state: 'draft' | 'approved'
  readonly version: number
  /** Current version; greater than `version` when an older one was asked for. */
  readonly latest: number
  readonly source: string
  readonly parent: string | null
  readonly draft: StoryDraft
  readonly generated: StoryDraft
  readonly addenda: readonly string[]
  readonly provenance: Provenance
  readonly approvedBy: string | null
  readonly createdAt: Date
  /** Where it was asked for; null for those of an earlier version of the hub. */
  readonly place: SourcePlace | null
}
/** Who looks: stories of private conversations are found there, and by their author in private. */
export interface Reader {
  readonly author: string
  readonly channel: string | null
  readonly isPrivate: boolean
}
/** What a new version says. */
export interface NewVersion {
  readonly draft: StoryDraft
  readonly generated: StoryDraft
  readonly provenance: Provenance
  readonly addenda?: readonly string[]
  readonly instruction?: string
  /** The text it comes from, where that changed. */
  readonly source?: string
}
export interface NewStory extends Omit<NewVersion, 'addenda' | 'instruction'> {
  readonly source: string
  readonly sourceHash: string | null
  readonly parent?: string
  readonly part?: number
  readonly addenda?: readonly string[]
}
/** Who writes, in which job: the job's id makes a repeat find what was written before. */
export interface Writer {
  readonly workspace: string
  readonly jobId: string
  readonly author: Author
}
type Tx = Pick<Db, 'select' | 'insert' | 'update' | 'execute'>
const textList = z.array(z.string())
/** Unknown counts as the widest: nobody is shut out of what was never said to be private. */
const sourcePlace = z
  .object({
    plugin: z.string(),
    workspace: z.string(),
    channel: z.string(),
    thread: z.string().optional(),
    visibility: z.enum(['private', 'team', 'public']).catch('public'),
  })
  .nullable()
  .catch(null)
export type SourcePlace = NonNullable<z.infer<typeof sourcePlace>>

/** What a reader may find without being asked. */
export function findable({ author, channel, isPrivate }: Reader) {
  const open = sql`coalesce(${stories.place} ->> 'visibility', 'public') <> 'private'`
  const here = sql`${stories.place} ->> 'channel' = ${channel}`
  return isPrivate ? or(open, here, eq(stories.createdBy, author)) : or(open, here)
}

export type StoryStore = ReturnType<typeof createStore>
export function createStore(db: Db) {
  async function read(tx: Tx, where: { workspace: string; storyId: string; version?: number }): Promise<Saved | null> {
    const { workspace, storyId } = where
    const [row] = await tx
      .select()
      .from(stories)
      .innerJoin(
        storyVersions,
        and(eq(storyVersions.workspace, stories.workspace), eq(storyVersions.storyId, stories.id)),
      )
      .where(
        and(
          eq(stories.workspace, workspace),
          eq(stories.id, storyId),
          eq(storyVersions.version, where.version ?? stories.version),
        ),
      )
    return row ? savedOf(row.stories, row.story_versions) : null
  }
  async function writtenBy(tx: Tx, writer: Pick<Writer, 'workspace' | 'jobId'>): Promise<Saved[]> {
    const rows = await tx
      .select({ storyId: storyVersions.storyId, version: storyVersions.version })
      .from(storyVersions)
      .where(and(eq(storyVersions.workspace, writer.workspace), eq(storyVersions.jobId, writer.jobId)))
      .orderBy(storyVersions.part)
    const found: Saved[] = []
    for (const row of rows) {
      const saved = await read(tx, { workspace: writer.workspace, ...row })
      if (saved) found.push(saved)
    }
    return found
  }
  async function idOf(tx: Tx, workspace: string, number: number, lock = false): Promise<string> {
    const query = tx
      .select({ id: stories.id })
      .from(stories)
      .where(and(eq(stories.workspace, workspace), eq(stories.number, number)))
    const [row] = lock ? await query.for('update') : await query
    if (!row)
      throw new HubError(
        'NOT_FOUND',
        `${formatReference(number)} does not exist here: see the stories with "story list"`,
      )
    return row.id
  }
  async function need(tx: Tx, where: { workspace: string; storyId: string; version?: number }): Promise<Saved> {
    const saved = await read(tx, where)
    if (!saved) throw new HubError('NOT_FOUND', 'That version does not exist')
    return saved
  }
  async function sameSource(tx: Tx, workspace: string, hash: string, reader: Reader): Promise<Saved | null> {
    const [row] = await tx
      .select({ id: stories.id })
      .from(stories)
      .where(and(eq(stories.workspace, workspace), eq(stories.sourceHash, hash), findable(reader)))
      .orderBy(desc(stories.number))
      .limit(1)
    return row ? read(tx, { workspace, storyId: row.id }) : null
  }

  async function insertStory(tx: Tx, writer: Writer, place: unknown, story: NewStory): Promise<Saved> {
    const { workspace, author } = writer
    const [counter] = await tx
      .insert(storyNumbers)
      .values({ workspace, last: 1 })
      .onConflictDoUpdate({ target: storyNumbers.workspace, set: { last: sql`${storyNumbers.last} + 1` } })
      .returning({ last: storyNumbers.last })
    const id = randomUUIDv7()
    const [row] = await tx
      .insert(stories)
      .values({
        workspace,
        id,
        number: counter?.last ?? 1,
        title: story.draft.title,
        version: 1,
        source: story.source,
        sourceHash: story.sourceHash,
        language: story.draft.language,
        parent: story.parent ?? null,
        createdBy: author.key,
        createdByName: author.name,
        place,
      })
      .returning()
    const [version] = await insertVersion(tx, writer, id, 1, null, story, story.part)
    if (!row || !version) throw new Error('a story was stored and is not there')
    return savedOf(row, version)
  }
  function insertVersion(
    tx: Tx,
    writer: Writer,
    storyId: string,
    version: number,
    from: number | null,
    made: NewVersion,
    part = 0,
  ) {
    return tx
      .insert(storyVersions)
      .values({
        workspace: writer.workspace,
        storyId,
        version,
        jobId: writer.jobId,
        part,
        baseVersion: from,
        draft: made.draft,
        generated: made.generated,
        addenda: made.addenda ?? [],
        provenance: made.provenance,
        instruction: made.instruction ?? null,
        author: writer.author.key,
        authorName: writer.author.name,
      })
      .returning()
  }

  return {
    /** Stories of which this job wrote a version. */
    async changedBy({ workspace, jobId }: Pick<Writer, 'workspace' | 'jobId'>) {
      const wrote = db
        .select({ id: storyVersions.storyId })
        .from(storyVersions)
        .where(and(eq(storyVersions.workspace, workspace), eq(storyVersions.jobId, jobId)))
      return db
        .select({ id: stories.id, number: stories.number, version: stories.version })
        .from(stories)
        .where(and(eq(stories.workspace, workspace), inArray(stories.id, wrote)))
    },
    writtenBy: (writer: Pick<Writer, 'workspace' | 'jobId'>) => writtenBy(db, writer),
    sameSource: (workspace: string, hash: string, reader: Reader) => sameSource(db, workspace, hash, reader),
    /** Where a story was asked for and by whom; null when there is no such story. */
    async originOf(workspace: string, number: number): Promise<{ place: SourcePlace | null; author: Author } | null> {
      const [row] = await db
        .select({ place: stories.place, key: stories.createdBy, name: stories.createdByName })
        .from(stories)
        .where(and(eq(stories.workspace, workspace), eq(stories.number, number)))
      return row ? { place: sourcePlace.parse(row.place), author: { key: row.key, name: row.name } } : null
    },
    async get(workspace: string, number: number, version?: number): Promise<Saved> {
      const storyId = await idOf(db, workspace, number)
      const saved = await read(db, { workspace, storyId, ...(version === undefined ? {} : { version }) })
      if (saved) return saved
      const { latest } = await need(db, { workspace, storyId })
      throw new HubError(
        'NOT_FOUND',
        `${formatReference(number)} has no version ${version}: they run from 1 to ${latest}`,
      )
    },
    async byId(workspace: string, storyId: string): Promise<Saved | null> {
      return read(db, { workspace, storyId })
    },
    /** Writes new stories once for each job. `null` when another job has stored the same source meanwhile: that one is returned. */
    async create(
      writer: Writer,
      place: unknown,
      drafts: readonly NewStory[],
      reader: Reader,
    ): Promise<{ saved: Saved[]; fresh: boolean }> {
      return db.transaction(async (tx) => {
        // First the counter: its row lock lets creations of one workspace through one at a time, so the looks below are sure.
        await tx
          .insert(storyNumbers)
          .values({ workspace: writer.workspace, last: 0 })
          .onConflictDoUpdate({ target: storyNumbers.workspace, set: { last: sql`${storyNumbers.last}` } })
        const before = await writtenBy(tx, writer)
        if (before.length > 0) return { saved: before, fresh: true }
        const hash = drafts[0]?.sourceHash
        const twin = hash ? await sameSource(tx, writer.workspace, hash, reader) : null
        if (twin) return { saved: [twin], fresh: false }
        const saved: Saved[] = []
        for (const draft of drafts) saved.push(await insertStory(tx, writer, place, draft))
        return { saved, fresh: true }
      })
    },
    /**
     * Writes the next version once for each job. `build` sees what stands at that moment under a lock, so an edit made meanwhile is merged
     * and never lost; null writes nothing. `beside` writes what must stand with the new version or not at all.
     */
    async append(
      writer: Writer,
      number: number,
      reopen: boolean,
      build: (current: Saved) => NewVersion | null,
      beside?: (tx: Tx) => Promise<void>,
    ): Promise<Saved | null> {
      return db.transaction(async (tx) => {
        const { workspace } = writer
        const storyId = await idOf(tx, workspace, number, true)
        const [before] = await writtenBy(tx, writer)
        if (before) return before
        const current = await need(tx, { workspace, storyId })
        if (!reopen) refuseApproved(current)
        const made = build(current)
        if (!made) return null
        const version = current.latest + 1
        await insertVersion(tx, writer, storyId, version, current.version, { addenda: current.addenda, ...made })
        await tx
          .update(stories)
          .set({
            version,
            title: made.draft.title,
            ...(made.source === undefined ? {} : { source: made.source, sourceHash: null }),
            state: 'draft',
            approvedBy: null,
            approvedAt: null,
            approvedJob: null,
            updatedAt: sql`clock_timestamp()`,
          })
          .where(and(eq(stories.workspace, workspace), eq(stories.id, storyId)))
        await beside?.(tx)
        return need(tx, { workspace, storyId })
      })
    },
    /**
     * Freezes the current version. `own` is false when it was approved before, by another job. `seen` is the version somebody looked at:
     * what they have not seen they must not approve.
     */
    async approve(writer: Writer, number: number, seen: number | undefined): Promise<{ saved: Saved; own: boolean }> {
      return db.transaction(async (tx) => {
        const { workspace, jobId, author } = writer
        const storyId = await idOf(tx, workspace, number, true)
        const where = and(eq(stories.workspace, workspace), eq(stories.id, storyId))
        const [row] = await tx
          .select({ state: stories.state, job: stories.approvedJob, version: stories.version })
          .from(stories)
          .where(where)
        if (row?.state === 'approved') return { saved: await need(tx, { workspace, storyId }), own: row.job === jobId }
        if (seen !== undefined && row && row.version !== seen) {
          const reference = formatReference(number)
          throw new HubError(
            'CONFLICT',
            `${reference} has moved on to v${row.version}, and this was v${seen}: look at it with "story show ${reference}" first`,
          )
        }
        const now = sql`clock_timestamp()`
        await tx
          .update(stories)
          .set({ state: 'approved', approvedBy: author.name, approvedAt: now, approvedJob: jobId, updatedAt: now })
          .where(where)
        return { saved: await need(tx, { workspace, storyId }), own: true }
      })
    },
  }
}

function savedOf(story: typeof stories.$inferSelect, version: typeof storyVersions.$inferSelect): Saved {
  return {
    workspace: story.workspace,
    id: story.id,
    number: story.number,
    state: story.state === 'approved' ? 'approved' : 'draft',
    version: version.version,
    latest: story.version,
    source: story.source,
    parent: story.parent,
    draft: storyDraftSchema.parse(version.draft),
    generated: storyDraftSchema.parse(version.generated),
    addenda: textList.parse(version.addenda),
    provenance: provenanceSchema.parse(version.provenance),
    approvedBy: story.approvedBy,
    createdAt: story.createdAt,
    place: sourcePlace.parse(story.place),
  }
}
export function refuseApproved(story: Pick<Saved, 'state' | 'number' | 'approvedBy'>): void {
  if (story.state !== 'approved') return
  const reference = formatReference(story.number)
  throw new HubError(
    'CONFLICT',
    `${reference} is approved${story.approvedBy ? ` by ${story.approvedBy}` : ''} and frozen: add --reopen behind the id to change it`,
  )
}
