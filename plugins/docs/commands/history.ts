import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Action, type Command, type Context, defineCommand, HubError, type Message } from '#contract'
import { readableHere } from '../access.ts'
import { isOwnWork } from '../generate/changelog.ts'
import { STORIES } from '../index/scope.ts'
import type { Indexed } from '../index/store.ts'
import { sameRepository } from '../links.ts'
import { clip, code, count, plain } from '../text.ts'
import { type Desk, nothingHere, portFor } from './desk.ts'
import { bare } from './passages.ts'

const SHOWN = 10
const NAMED = 6

export function historyCommand(desk: Desk): Command {
  return defineCommand({
    name: 'docs history',
    summary: 'Show the versions of a document, each with its diff, and what is proposed for it',
    args: z.object({
      document: z.string().trim().min(1).max(300).meta({ rest: true }).describe('Its path or the end of it'),
    }),
    examples: ['docs history README.md', 'docs history octo/shop:docs/setup.md'],
    allow: 'viewer',
    sideEffects: 'none',
    async run({ document }, ctx) {
      const { of, path } = await found(desk, ctx, document)
      return versions(desk, ctx, of, path)
    },
  })
}

/** The one document that is meant, among those that may be read here. */
async function found(
  desk: Desk,
  ctx: Context,
  typed: string,
): Promise<{ readonly of: Indexed; readonly path: string }> {
  const here = await readableHere(ctx, desk.bindings(), desk.index())
  const repositories = here.repositories.filter((one) => !sameRepository(one, STORIES))
  if (repositories.length === 0) throw new HubError('NOT_FOUND', nothingHere(here.hidden))
  const [, repository, rest = typed] = /^([\w.-]+\/[\w.-]+):(.+)$/.exec(typed) ?? []
  const wanted = rest.replace(/^\.?\//, '').toLowerCase()
  const all: { readonly of: Indexed; readonly path: string }[] = []
  for (const of of repositories)
    if (repository === undefined || of.repository.toLowerCase() === repository.toLowerCase())
      for (const path of [...(await desk.index().blobs(of)).keys()].sort()) all.push({ of, path })
  const exact = all.filter(({ path }) => path.toLowerCase() === wanted)
  const fitting = exact.length > 0 ? exact : all.filter(({ path }) => `/${path.toLowerCase()}`.endsWith(`/${wanted}`))
  const [one, ...others] = fitting
  if (one && others.length === 0) return one
  if (!one)
    throw new HubError('NOT_FOUND', `No document here is called ${clip(typed, 100)}: look for it with /docs search`)
  const names = fitting.slice(0, NAMED).map(({ of, path }) => `${of.repository}:${path}`)
  throw new HubError('NOT_FOUND', `${count(fitting.length, 'document')} fit: write one of ${names.join(', ')}`)
}

/** Git keeps the versions: they are listed and linked, not copied. */
async function versions(desk: Desk, ctx: Context, of: Indexed, path: string): Promise<Message> {
  const port = portFor(desk, of.plugin)
  const commits = await port.history(of.repository, { ref: of.branch, path, limit: SHOWN + 1 }, ctx.signal)
  const { edits, proposal } = await desk.drift().writes({ ...of })
  // Where the host shows one file of a diff: https://docs.github.com/en/repositories/viewing-activity-and-data-for-your-repository
  const anchor = `#diff-${createHash('sha256').update(path).digest('hex')}`
  const lines = commits.slice(0, SHOWN).map(({ sha, message, author, atMs }) => {
    const day = atMs > 0 ? ` ${new Date(atMs).toISOString().slice(0, 10)}` : ''
    const own = isOwnWork(message) ? ' · proposed by the hub' : ''
    const title = plain(clip(message.split('\n')[0] ?? '', 90)).replaceAll('@', '@\u200B')
    return `- [${sha.slice(0, 8)}](${of.url}/commit/${sha}${anchor})${day} ${plain(author)}: ${title}${own}`
  })
  const own = edits.filter((edit) => edit.path === path).length
  const waits =
    proposal?.state === 'open' && own > 0
      ? [`- [#${proposal.number}](${proposal.url}/files${anchor}) is open: ${count(own, 'edit')} of this document`]
      : []
  const none = commits.length === 0 ? ['- the host lists no commit of it'] : []
  const markdown = [`${code(path)} in **${plain(of.repository)}**`, ...waits, ...lines, ...none].join('\n')
  const address = path.split('/').map(encodeURIComponent).join('/')
  const items: Action[] = [
    {
      kind: 'link',
      label: commits.length > SHOWN ? 'All versions' : 'Versions',
      url: `${of.url}/commits/${encodeURIComponent(of.branch)}/${address}`,
    },
    { kind: 'button', label: 'Status', run: 'docs status' },
  ]
  return {
    text: bare(markdown).replaceAll('`', ''),
    blocks: [
      { kind: 'text', markdown },
      { kind: 'actions', items },
    ],
  }
}
