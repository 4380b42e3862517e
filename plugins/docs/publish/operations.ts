import { z } from 'zod'
import { type ApiOperation, defineOperation } from '#contract'
import { collected, collectedOne, DOCUMENTS_AT_ONCE, type Shelf } from './collect.ts'

const workspace = z.string().max(200).optional().describe("Tenant; left out: the operator's own")
const repositoryList = z.object({
  items: z.array(
    z.object({
      plugin: z.string(),
      repository: z.string(),
      url: z.string(),
      sha: z.string().describe('Commit that was read'),
      isPrivate: z.boolean(),
      documents: z.number().int(),
    }),
  ),
})
const documentList = z.object({
  sha: z.string().describe('Commit that was read'),
  items: z.array(z.object({ path: z.string(), title: z.string(), text: z.string() })),
  next: z.string().nullable().describe('`after` of the next page; null: this was the last'),
})
export type RepositoryList = z.infer<typeof repositoryList>
export type DocumentList = z.infer<typeof documentList>

/** The collected documents, for whoever renders them elsewhere. */
export function publishOperations(shelf: Shelf, home: () => string): readonly ApiOperation[] {
  return [
    defineOperation({
      method: 'get',
      path: '/docs/repositories',
      operationId: 'listDocumentedRepositories',
      summary: 'Repositories whose documents are collected',
      body: null,
      query: z.object({ workspace }),
      answer: repositoryList,
      status: 200,
      errors: [],
      async run({ query }) {
        const all = await collected(shelf, query.workspace ?? home())
        return {
          items: all.map(({ plugin, repository, url, sha, isPrivate, documents }) => ({
            plugin,
            repository,
            url,
            sha,
            isPrivate,
            documents,
          })),
        }
      },
    }),
    defineOperation({
      method: 'get',
      path: '/docs/documents',
      operationId: 'listDocuments',
      summary: 'Documents of one repository with their text, in the order of their paths',
      body: null,
      query: z.object({
        workspace,
        plugin: z.string().max(100),
        repository: z.string().max(300),
        after: z.string().max(4_096).default(''),
      }),
      answer: documentList,
      status: 200,
      errors: ['NOT_FOUND'],
      async run({ query }) {
        const found = await collectedOne(shelf, query.workspace ?? home(), query)
        const items = await shelf.texts().documents(found, query.after, DOCUMENTS_AT_ONCE)
        const last = items.at(-1)
        return { sha: found.sha, items, next: last && items.length === DOCUMENTS_AT_ONCE ? last.path : null }
      },
    }),
  ]
}
