import path from 'node:path'
import { parseArgs } from 'node:util'
import { HubError } from '#contract'
import { buildSite, checkGenerators } from '../../plugins/docs/publish/build.ts'
import { sourceOfCheckout } from '../../plugins/docs/publish/checkout.ts'
import type { DocumentList, RepositoryList } from '../../plugins/docs/publish/operations.ts'
import type { SiteSource } from '../../plugins/docs/publish/source.ts'
import type { ServerConfig } from '../config.ts'
import type { Environment } from '../plugins.ts'
import type { Client } from './client.ts'
import { connect } from './connect.ts'
import { fromHere } from './where.ts'

const USAGE =
  'docs build [owner/name …] [--out <folder>] [--title <text>] [--public] [--workspace <id>] | docs build --from <checkout> [--out <folder>]'
type Listed = RepositoryList['items'][number]

/** Renders the collected documents to a folder of static pages with search. */
export async function buildDocs(
  config: ServerConfig,
  words: readonly string[],
  env: Environment,
  json: boolean,
): Promise<number> {
  const { values, positionals } = parsed(words)
  const here = fromHere('.', env)
  const out = path.resolve(here, values.out)
  checkGenerators()
  if (values.from !== undefined) {
    if (positionals.length > 0) throw new HubError('INPUT_INVALID', `--from names the one repository; use: ${USAGE}`)
    return render([await sourceOfCheckout(path.resolve(here, values.from))], out, values.title, json)
  }
  const client = await connect(config, env)
  try {
    const query = values.workspace === undefined ? {} : { workspace: values.workspace }
    const { items } = await client.get<RepositoryList>(`/docs/repositories?${new URLSearchParams(query)}`)
    const wanted = chosen(items, positionals).filter(({ isPrivate }) => !(values.public && isPrivate))
    if (wanted.length === 0)
      throw new HubError(
        'NOT_FOUND',
        items.length > 0
          ? 'every collected repository is private: leave --public out to render them'
          : 'no documents are collected yet. Bind a repository, npm run hub -- hub bind repository <project> github:owner/name, then npm run hub -- docs sync',
      )
    return await render(
      wanted.map((one) => sourceFrom(client, one, query)),
      out,
      values.title,
      json,
    )
  } finally {
    await client.close()
  }
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        out: { type: 'string', default: 'docs-site' },
        title: { type: 'string', default: 'Documentation' },
        from: { type: 'string' },
        public: { type: 'boolean', default: false },
        workspace: { type: 'string' },
      },
    })
  } catch (cause) {
    throw new HubError('INPUT_INVALID', `use: ${USAGE}`, { cause })
  }
}

function chosen(items: readonly Listed[], names: readonly string[]): readonly Listed[] {
  if (names.length === 0) return items
  return names.map((name) => {
    const wanted = name.toLowerCase()
    const found = items.find(({ plugin, repository }) =>
      [repository, `${plugin}:${repository}`].some((one) => one.toLowerCase() === wanted),
    )
    if (found) return found
    const known = items.map(({ repository }) => repository).join(', ') || 'none yet'
    throw new HubError('NOT_FOUND', `no documents of ${name} are collected; there are: ${known}`)
  })
}

function sourceFrom(client: Client, of: Listed, query: Readonly<Record<string, string>>): SiteSource {
  const { plugin, repository, url, sha, isPrivate } = of
  return {
    plugin,
    repository,
    url,
    sha,
    isPrivate,
    async *documents() {
      for (let after: string | null = ''; after !== null; ) {
        const search = new URLSearchParams({ ...query, plugin, repository, after })
        const page: DocumentList = await client.get(`/docs/documents?${search}`)
        if (page.sha !== sha)
          throw new HubError('CONFLICT', `${repository} was pushed to while it was read: run the command again`)
        yield* page.items
        after = page.next
      }
    },
  }
}

async function render(sources: readonly SiteSource[], out: string, title: string, json: boolean): Promise<number> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop)
  try {
    const { pages, documents } = await buildSite(sources, out, { title, signal: stopping.signal })
    const repositories = sources.map(({ repository, sha, isPrivate }) => ({ repository, sha, isPrivate }))
    if (json) process.stdout.write(`${JSON.stringify({ out, pages, documents, repositories }, null, 2)}\n`)
    else {
      const hidden = repositories.filter(({ isPrivate }) => isPrivate).map(({ repository }) => repository)
      process.stdout.write(
        [
          `${out}: ${pages} pages of ${documents} documents`,
          ...repositories.map(({ repository, sha }) => `  ${repository} at ${sha.slice(0, 8)}`),
          ...(hidden.length > 0
            ? [
                `  private: ${hidden.join(', ')} · publish this folder only where their readers are, or add --public to leave them out`,
              ]
            : []),
          '  put it on any web server; the search needs one, so opening the files themselves is not enough',
          '',
        ].join('\n'),
      )
    }
    return 0
  } finally {
    process.off('SIGINT', stop)
  }
}
