import { and, eq, gt, inArray } from 'drizzle-orm'
import type { Db } from '#contract'
import type { RepositoryKey } from '../index/scope.ts'
import { docChunks, docFiles } from '../tables.ts'
import type { SiteDocument } from './source.ts'

/** Documents as they were read, put together again from the sections that the index holds. */
export type PublishStore = ReturnType<typeof createPublishStore>
export function createPublishStore(db: Db) {
  return {
    /** In the order of their paths, those after `after`. */
    async documents(key: RepositoryKey, after: string, limit: number): Promise<SiteDocument[]> {
      const { workspace, plugin, repository } = key
      const of = (table: typeof docFiles | typeof docChunks) =>
        and(eq(table.workspace, workspace), eq(table.plugin, plugin), eq(table.repository, repository))
      const files = await db
        .select({ path: docFiles.path, title: docFiles.title })
        .from(docFiles)
        .where(and(of(docFiles), gt(docFiles.path, after)))
        .orderBy(docFiles.path)
        .limit(limit)
      if (files.length === 0) return []
      const chunks = await db
        .select({ path: docChunks.path, startLine: docChunks.startLine, text: docChunks.text })
        .from(docChunks)
        .where(
          and(
            of(docChunks),
            inArray(
              docChunks.path,
              files.map(({ path }) => path),
            ),
          ),
        )
        .orderBy(docChunks.path, docChunks.part)
      const texts = new Map<string, string[]>(files.map(({ path }) => [path, []]))
      for (const { path, startLine, text } of chunks) {
        const lines = texts.get(path)
        // Only empty lines are in no section.
        while (lines && lines.length < startLine - 1) lines.push('')
        lines?.push(...text.split('\n'))
      }
      return files.map(({ path, title }) => ({ path, title, text: `${(texts.get(path) ?? []).join('\n')}\n` }))
    },
  }
}
