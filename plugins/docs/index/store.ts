import { and, eq, inArray, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '#contract'
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from '../settings/settings.ts'
import { docChunks, docFiles, docRepositories, docWords } from '../tables.ts'
import type { Chunk } from './chunks.ts'
import { type RepositoryKey, scopeOf } from './scope.ts'
import type { Skipped } from './select.ts'
import { isIndexable, lexemesOf, termsOf } from './terms.ts'

/** What the hub knows of a repository's documents. */
export interface Indexed extends RepositoryKey {
  readonly url: string
  readonly isPrivate: boolean
  readonly branch: string
  readonly sha: string | null
  readonly settings: Settings
  readonly problems: readonly string[]
  readonly documents: number
  readonly chunks: number
  readonly skipped: readonly Skipped[]
  readonly indexedAt: Date | null
  /** Words of a great share of its passages, with their number. */
  readonly common: Readonly<Record<string, number>>
}
export interface NewDocument {
  readonly path: string
  readonly blob: string
  readonly title: string
  readonly chunks: readonly Chunk[]
  /** Commit it was read at; null for what lies in no repository. */
  readonly sha: string | null
}
export type Passage = RepositoryKey & Chunk & { readonly path: string; readonly sha: string | null }

const ROWS_AT_ONCE = 200
const WORDS_AT_ONCE = 1_000
const COMMON_FROM = 600
const COMMON_KEPT = 1_000
const skippedSchema = z.array(z.object({ path: z.string(), reason: z.string() })).catch([])
const commonSchema = z.record(z.string(), z.number()).catch({})
const textList = z.array(z.string()).catch([])

/** As PostgreSQL reads a tsvector: each word in quotes, quotes and backslashes doubled. */
const vectorOf = (lexemes: readonly string[]): string =>
  lexemes.map((word) => `'${word.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`).join(' ')

export type IndexStore = ReturnType<typeof createIndexStore>
export function createIndexStore(db: Db) {
  const isRepository = ({ workspace, plugin, repository }: RepositoryKey) =>
    and(
      eq(docRepositories.workspace, workspace),
      eq(docRepositories.plugin, plugin),
      eq(docRepositories.repository, repository),
    )
  const isFile = ({ workspace, plugin, repository }: RepositoryKey, paths: readonly string[]) =>
    and(
      eq(docFiles.workspace, workspace),
      eq(docFiles.plugin, plugin),
      eq(docFiles.repository, repository),
      inArray(docFiles.path, [...paths]),
    )
  const isChunk = ({ workspace, plugin, repository }: RepositoryKey) =>
    and(eq(docChunks.workspace, workspace), eq(docChunks.plugin, plugin), eq(docChunks.repository, repository))
  const indexed = (row: typeof docRepositories.$inferSelect): Indexed => ({
    ...row,
    settings: settingsSchema.catch(DEFAULT_SETTINGS).parse(row.settings),
    problems: textList.parse(row.problems),
    skipped: skippedSchema.parse(row.skipped),
    common: commonSchema.parse(row.common),
  })

  return {
    async get(key: RepositoryKey): Promise<Indexed | null> {
      const [row] = await db.select().from(docRepositories).where(isRepository(key))
      return row ? indexed(row) : null
    },
    async list(workspace: string): Promise<Indexed[]> {
      const rows = await db
        .select()
        .from(docRepositories)
        .where(eq(docRepositories.workspace, workspace))
        .orderBy(docRepositories.repository)
      return rows.map(indexed)
    },
    /** Blob of each document that is indexed. */
    async blobs({ workspace, plugin, repository }: RepositoryKey): Promise<Map<string, string>> {
      const rows = await db
        .select({ path: docFiles.path, blob: docFiles.blob })
        .from(docFiles)
        .where(and(eq(docFiles.workspace, workspace), eq(docFiles.plugin, plugin), eq(docFiles.repository, repository)))
      return new Map(rows.map(({ path, blob }) => [path, blob]))
    },
    /** Puts documents in the place of what the index had under their paths. */
    async put(key: RepositoryKey, documents: readonly NewDocument[]): Promise<void> {
      if (documents.length === 0) return
      const { workspace, plugin, repository } = key
      const scope = scopeOf(key)
      const rows = documents.flatMap(({ path, chunks }) =>
        chunks.map((chunk, part) => {
          const lexemes = lexemesOf(scope, chunk.heading, path, chunk.text)
          return {
            workspace,
            plugin,
            repository,
            path,
            part,
            ...chunk,
            terms: sql`${vectorOf(lexemes)}::text::tsvector`,
          }
        }),
      )
      const words = new Set(rows.flatMap(({ text, heading }) => termsOf(`${heading} ${text}`).map(({ term }) => term)))
      const paths = documents.map(({ path }) => path)
      await db.transaction(async (tx) => {
        // A question that reads a repository for the first time and a push may be at it at once.
        await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${scope}, 0))`)
        await tx.delete(docChunks).where(and(isChunk(key), inArray(docChunks.path, paths)))
        await tx.delete(docFiles).where(isFile(key, paths))
        for (const some of batches(rows, ROWS_AT_ONCE)) await tx.insert(docChunks).values(some)
        for (const some of batches(documents, ROWS_AT_ONCE))
          await tx.insert(docFiles).values(
            some.map(({ path, blob, title, chunks, sha }) => ({
              workspace,
              plugin,
              repository,
              path,
              blob,
              title,
              chunks: chunks.length,
              sha,
            })),
          )
        // In one order, so that two that write at once never wait for each other.
        const sorted = [...words].filter((word) => word.length > 3).sort()
        for (const some of batches(sorted, WORDS_AT_ONCE))
          await tx
            .insert(docWords)
            .values(some.map((word) => ({ workspace, word })))
            .onConflictDoNothing()
      })
    },
    async remove(key: RepositoryKey, paths: readonly string[]): Promise<void> {
      for (const some of batches(paths, ROWS_AT_ONCE))
        await db.transaction(async (tx) => {
          await tx.delete(docChunks).where(and(isChunk(key), inArray(docChunks.path, some)))
          await tx.delete(docFiles).where(isFile(key, some))
        })
    },
    /** Everything that was read of a repository. */
    async forget(key: RepositoryKey): Promise<void> {
      const { workspace, plugin, repository } = key
      await db.transaction(async (tx) => {
        await tx.delete(docChunks).where(isChunk(key))
        await tx
          .delete(docFiles)
          .where(
            and(eq(docFiles.workspace, workspace), eq(docFiles.plugin, plugin), eq(docFiles.repository, repository)),
          )
        await tx.delete(docRepositories).where(isRepository(key))
      })
    },
    /** Writes down what the index shows now; counts are taken from it. */
    async settle(
      key: RepositoryKey,
      state: Omit<Indexed, keyof RepositoryKey | 'documents' | 'chunks' | 'indexedAt' | 'common'>,
    ) {
      const { workspace, plugin, repository } = key
      const of = (column: typeof docFiles.path | typeof docFiles.chunks) =>
        sql<number>`(select coalesce(${column === docFiles.path ? sql`count(*)` : sql`sum(f.chunks)`}, 0)::int from hub.doc_files f
          where f.workspace = ${workspace} and f.plugin = ${plugin} and f.repository = ${repository})`
      const values = {
        ...state,
        skipped: state.skipped.slice(0, 200),
        documents: of(docFiles.path),
        chunks: of(docFiles.chunks),
        indexedAt: sql`clock_timestamp()`,
      }
      await db
        .insert(docRepositories)
        .values({ workspace, plugin, repository, ...values })
        .onConflictDoUpdate({
          target: [docRepositories.workspace, docRepositories.plugin, docRepositories.repository],
          set: values,
        })
    },
    /** Counts the words of a great share of the passages; for a small repository counting with each query is as good. */
    async countCommon(key: RepositoryKey): Promise<void> {
      const { workspace, plugin, repository } = key
      const own = sql`format('select terms from hub.doc_chunks where workspace = %L and plugin = %L and repository = %L',
        ${workspace}::text, ${plugin}::text, ${repository}::text)`
      const rows = await db
        .select({ word: sql<string>`s.word`, n: sql<number>`s.ndoc` })
        .from(sql`ts_stat(${own}) as s`)
        .where(sql`s.ndoc > ${COMMON_FROM}::int and s.word not like '~%'`)
        .orderBy(sql`s.ndoc desc`)
        .limit(COMMON_KEPT)
      const common = Object.fromEntries(rows.map(({ word, n }) => [word, n]))
      await db.update(docRepositories).set({ common }).where(isRepository(key))
    },
    /** Chunks that name one of these pieces of code, as they are written. */
    async naming(key: RepositoryKey, names: readonly string[], limit: number): Promise<Passage[]> {
      const found: Passage[] = []
      for (const some of batches(names.filter(isIndexable), ROWS_AT_ONCE)) {
        const quoted = some.map((name) => `'i:${name.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`)
        const query = `'${scopeOf(key)}' & (${quoted.join(' | ')})`
        const rows = await db
          .select()
          .from(docChunks)
          .where(and(isChunk(key), sql`${docChunks.terms} @@ ${query}::text::tsquery`))
          .orderBy(docChunks.path, docChunks.part)
          .limit(limit)
        // Names are looked up in what was read whole: nothing of it is linked by its own commit.
        found.push(...rows.map((row) => ({ ...row, sha: null })))
      }
      return found.slice(0, limit)
    },
    /** Documents in which a word occurs. */
    async speakingOf(key: RepositoryKey, word: string, limit: number): Promise<string[]> {
      const query = `'${scopeOf(key)}' & '${word.replaceAll("'", "''")}'`
      const rows = await db
        .selectDistinct({ path: docChunks.path })
        .from(docChunks)
        .where(and(isChunk(key), sql`${docChunks.terms} @@ ${query}::text::tsquery`))
        .orderBy(docChunks.path)
        .limit(limit)
      return rows.map(({ path }) => path)
    },
  }
}

function batches<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))
}
