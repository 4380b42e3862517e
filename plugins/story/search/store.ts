import { and, desc, eq, gt, ilike, isNull, lt, ne, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { Db } from '#contract'
import { findable, type Reader, type Saved } from '../store.ts'
import { SEARCHED_CHARACTERS, stories } from '../tables.ts'

/** Share of trigrams from which two stories are offered as near-duplicates. */
const SIMILAR = 0.45
/**
 * Newest stories that are looked through first, until enough are found: at most some 30 ms. Words too short for the index, such as "qa" or "%", are
 * looked for here alone.
 */
const LOOKED_THROUGH = 20_000
/** Newest stories that a new one is compared with: some 25 ms. */
const COMPARED = 600

export interface Listed {
  readonly number: number
  readonly title: string
  readonly state: string
  readonly version: number
  readonly updatedAt: Date
}
const LISTED = {
  number: stories.number,
  title: stories.title,
  state: stories.state,
  version: stories.version,
  updatedAt: stories.updatedAt,
}
export type StorySearch = ReturnType<typeof createSearch>
const readable = (workspace: string, reader: Reader) => and(eq(stories.workspace, workspace), findable(reader))

export function createSearch(db: Db) {
  const listing =
    (workspace: string, limit: number, reader: Reader) =>
    (...conditions: readonly SQL[]) =>
      db
        .select(LISTED)
        .from(stories)
        .where(and(readable(workspace, reader), ...conditions))
        .orderBy(desc(stories.number))
        .limit(limit)
  return {
    /** `query`: words that must all be in title or text, or a state alone. Each is a condition of its own, so that an index can serve it. */
    async list(workspace: string, query: string, limit: number, reader: Reader): Promise<Listed[]> {
      const wanted = query.toLowerCase()
      const isState = wanted === 'draft' || wanted === 'approved'
      const words = wanted.split(/\s+/).filter((word) => word !== '')
      const inText = (text: AnyPgColumn) => words.map((word) => ilike(text, `%${word.replace(/[\\%_]/g, '\\$&')}%`))
      const listed = listing(workspace, limit, reader)
      if (isState) return listed(eq(stories.state, wanted))
      if (words.length === 0) return listed()
      const newest = db
        .select({ ...LISTED, search: stories.search })
        .from(stories)
        .where(readable(workspace, reader))
        .orderBy(desc(stories.number))
        .limit(LOOKED_THROUGH)
        .as('newest')
      const { number, title, state, version, updatedAt } = newest
      const found = await db
        .select({ number, title, state, version, updatedAt })
        .from(newest)
        .where(and(...inText(newest.search)))
        .orderBy(desc(number))
        .limit(limit)
      // The index is one of trigrams, and good for what is rare: of frequent words it would fetch thousands of stories to show the newest.
      const isIndexed = words.some((word) => /[\p{L}\p{N}]{3}/u.test(word))
      return found.length === limit || !isIndexed ? found : listed(...inText(stories.search))
    },
    /** What the reader wrote, and the drafts of others, which wait for somebody's approval. */
    async mine(workspace: string, limit: number, reader: Reader): Promise<{ own: Listed[]; waiting: Listed[] }> {
      const newest = listing(workspace, limit, reader)
      return {
        own: await newest(eq(stories.createdBy, reader.author)),
        waiting: await newest(eq(stories.state, 'draft'), ne(stories.createdBy, reader.author)),
      }
    },
    /**
     * Stories that say nearly the same as this one, nearest first, among the newest of the workspace: a trigram index over whole tenants
     * reads seconds at a million stories, and comparing a bounded number takes a bounded time. Parts of a split are no surprise.
     */
    async similar(story: Saved, reader: Reader): Promise<{ number: number; title: string }[]> {
      if (story.parent !== null) return []
      const text = `${story.draft.title} ${story.source.slice(0, SEARCHED_CHARACTERS)}`.toLowerCase()
      const newest = db
        .select({ number: stories.number, title: stories.title, parent: stories.parent, search: stories.search })
        .from(stories)
        .where(and(readable(story.workspace, reader), lt(stories.number, story.number)))
        .orderBy(desc(stories.number))
        .limit(COMPARED)
        .as('newest')
      const score = sql<number>`similarity(${newest.search}, ${text})`.as('score')
      const scored = db
        .select({ number: newest.number, title: newest.title, score })
        .from(newest)
        .where(isNull(newest.parent))
        .as('scored')
      return db
        .select({ number: scored.number, title: scored.title })
        .from(scored)
        .where(gt(scored.score, SIMILAR))
        .orderBy(desc(scored.score), desc(scored.number))
        .limit(3)
    },
  }
}
