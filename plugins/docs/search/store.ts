import { and, desc, eq, like, or, sql } from 'drizzle-orm'
import { distance } from 'fastest-levenshtein'
import type { Db } from '#contract'
import { type RepositoryKey, scopeOf } from '../index/scope.ts'
import type { Passage } from '../index/store.ts'
import { docChunks, docFiles, docWords } from '../tables.ts'

/** Chunks that a query may look at before it ranks: a bounded number takes a bounded time. */
const LOOKED_AT = 400
/** Beyond it a word is in so many chunks that it tells none apart. */
const COMMON = 300
const RANKED = 48
const NEIGHBOURS = 40

export interface Searched extends RepositoryKey {
  readonly common: Readonly<Record<string, number>>
}
export interface Found {
  readonly candidates: readonly Passage[]
  /** How rare each word of the query is: the rarer, the more it says. */
  readonly weights: ReadonlyMap<string, number>
  /** What was looked for instead of words that no document has. */
  readonly instead: ReadonlyMap<string, string>
}
const quote = (lexeme: string) => `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** From so many letters on a word may be found in a longer form of it, by so many more. */
const FORM_FROM = 5
const FORM_LONGER = 5

export type Search = ReturnType<typeof createSearch>
export function createSearch(db: Db) {
  async function counts(scope: string, lexemes: readonly string[]): Promise<Map<string, number>> {
    if (lexemes.length === 0) return new Map()
    const asked = JSON.stringify(lexemes.map((lexeme) => ({ lexeme, query: `${scope} & ${quote(lexeme)}` })))
    const rows = await db
      .select({
        lexeme: sql<string>`t.lexeme`,
        n: sql<number>`(select count(*)::int from (select 1 from hub.doc_chunks c
          where c.terms @@ t.query::tsquery limit ${COMMON + 1}) s)`,
      })
      .from(sql`json_to_recordset(${asked}::text::json) as t(lexeme text, query text)`)
    return new Map(rows.map(({ lexeme, n }) => [lexeme, n]))
  }
  /** What is known to be in a great share of all passages need not be counted. */
  async function counted(
    scope: string,
    keys: readonly Searched[],
    lexemes: readonly string[],
  ): Promise<Map<string, number>> {
    const isCommon = (lexeme: string) => keys.some(({ common }) => (common[lexeme] ?? 0) > COMMON)
    const rare = await counts(
      scope,
      lexemes.filter((lexeme) => !isCommon(lexeme)),
    )
    return new Map(lexemes.map((lexeme) => [lexeme, isCommon(lexeme) ? COMMON + 1 : (rare.get(lexeme) ?? 0)]))
  }
  /**
   * Trigrams find what is alike, the beginning finds what has two letters changed about. Another form of the word comes first ('deployment' for
   * 'deploy'), then the fewest changed letters.
   */
  async function nearest(workspace: string, word: string): Promise<string[]> {
    // In a short word two letters make another word.
    const most = word.length < 6 ? 1 : word.length < 10 ? 2 : 3
    const begins = `${word.slice(0, 2).replace(/[\\%_]/g, '')}%`
    const longest = word.length < FORM_FROM ? 0 : word.length + FORM_LONGER
    const isForm = (other: string) => other.startsWith(word) && other.length <= longest
    const rows = await db
      .select({ word: docWords.word })
      .from(docWords)
      .where(
        and(
          eq(docWords.workspace, workspace),
          or(
            and(
              or(sql`${docWords.word} % ${word}`, like(docWords.word, begins)),
              sql`abs(length(${docWords.word}) - ${word.length}::int) <= ${most}::int`,
            ),
            and(
              like(docWords.word, `${word.replace(/[\\%_]/g, '')}%`),
              sql`length(${docWords.word}) <= ${longest}::int`,
            ),
          ),
        ),
      )
      .orderBy(desc(sql`similarity(${docWords.word}, ${word})`), docWords.word)
      .limit(NEIGHBOURS)
    const apart = rows
      .map((row) => ({ word: row.word, steps: isForm(row.word) ? 0 : distance(row.word, word) }))
      .filter((one) => isForm(one.word) || (one.steps > 0 && one.steps <= most && isSlip(one.word, word, one.steps)))
      .sort((a, b) => a.steps - b.steps)
    return apart.slice(0, 3).map((near) => near.word)
  }
  async function look(workspace: string, query: string, weights: ReadonlyMap<string, number>): Promise<Passage[]> {
    const score = sql.join(
      [...weights].map(
        ([lexeme, weight]) =>
          sql`case when words @@ ${quote(lexeme)}::text::tsquery then ${weight}::float8 else 0 end + case when words @@ ${quote(`h:${lexeme}`)}::text::tsquery then ${weight * 0.6}::float8 else 0 end`,
      ),
      sql` + `,
    )
    const { workspace: tenant, plugin, repository, path, part, heading, anchor, startLine, endLine, text } = docChunks
    const passage = { workspace: tenant, plugin, repository, path, heading, anchor, startLine, endLine, text }
    const some = db
      // A copy: the stored value is compressed, and would be unpacked for each comparison.
      .select({ ...passage, part, words: sql`strip(${docChunks.terms})`.as('words') })
      .from(docChunks)
      .where(and(eq(docChunks.workspace, workspace), sql`${docChunks.terms} @@ ${query}::text::tsquery`))
      .limit(LOOKED_AT)
      .as('some')
    return db
      .select({
        workspace: some.workspace,
        plugin: some.plugin,
        repository: some.repository,
        path: some.path,
        heading: some.heading,
        anchor: some.anchor,
        startLine: some.startLine,
        endLine: some.endLine,
        text: some.text,
        sha: docFiles.sha,
      })
      .from(some)
      .leftJoin(
        docFiles,
        and(
          eq(docFiles.workspace, some.workspace),
          eq(docFiles.plugin, some.plugin),
          eq(docFiles.repository, some.repository),
          eq(docFiles.path, some.path),
        ),
      )
      .orderBy(desc(score), some.path, some.part)
      .limit(RANKED)
  }

  return {
    /** Candidates for words and names of code, within these repositories of one workspace only. */
    async find(workspace: string, keys: readonly Searched[], lexemes: readonly string[]): Promise<Found> {
      const none: Found = { candidates: [], weights: new Map(), instead: new Map() }
      if (keys.length === 0 || lexemes.length === 0) return none
      const scope = `(${keys.map((key) => quote(scopeOf({ ...key, workspace }))).join(' | ')})`
      const found = await counted(scope, keys, lexemes)
      const instead = new Map<string, string>()
      for (const word of lexemes)
        if (found.get(word) === 0 && word.length > 3 && !word.startsWith('i:')) {
          // The words of documents that are gone are kept: only one that is still said somewhere helps.
          const near = await counted(scope, keys, await nearest(workspace, word))
          const said = [...near].find(([, n]) => n > 0)
          if (said) {
            instead.set(word, said[0])
            found.set(...said)
          }
        }
      const used = [...new Set(lexemes.map((word) => instead.get(word) ?? word))]
      const weights = new Map(
        used.map((word) => {
          const n = found.get(word) ?? 0
          // The count stops at COMMON: what is more frequent than that tells little either way.
          return [word, Math.log(1 + (COMMON * 4) / (n + 1)) * (word.startsWith('i:') ? 1.5 : 1)] as const
        }),
      )
      const present = used.filter((word) => (found.get(word) ?? 0) > 0)
      if (present.length === 0) return { ...none, weights, instead }
      const ranking = new Map(present.map((word) => [word, weights.get(word) ?? 1]))
      for (const query of queriesOf(present, found)) {
        const candidates = await look(workspace, `${scope} & (${query})`, ranking)
        if (candidates.length > 0) return { candidates, weights, instead }
      }
      return { ...none, weights, instead }
    },
  }
}

/** Two letters that changed places are a slip; two others make a word of seven letters another one. */
function isSlip(other: string, word: string, steps: number): boolean {
  const letters = (text: string) => [...text].sort().join('')
  return steps === 1 || word.length >= 8 || letters(other) === letters(word)
}

/** From what says most to what says least: the first that finds anything is taken. */
function queriesOf(present: readonly string[], counts: ReadonlyMap<string, number>): string[] {
  const byRarity = [...present].sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0))
  const all = `(${present.map(quote).join(' & ')})`
  let sum = 0
  const rare = byRarity.filter((word) => {
    const n = counts.get(word) ?? 0
    sum += n
    return n <= COMMON && sum <= LOOKED_AT
  })
  if (rare.length > 0) return [[all, ...rare.map(quote)].join(' | ')]
  const pairs = byRarity.slice(0, 3).map(quote)
  return [all, pairs.join(' & '), pairs[0] ?? all]
}
