import { createHash } from 'node:crypto'
import { type Context, HubError } from '#contract'
import { type Desk, portFor } from '../commands/desk.ts'
import { isDocument } from '../index/select.ts'
import { DEFAULT_SETTINGS } from '../settings/settings.ts'
import { code, plain } from '../text.ts'
import { recordPath, recordsIn } from './file.ts'
import { adrMarkdown } from './render.ts'

const TRIES = 50

export interface AdrProposal {
  readonly markdown: string
  readonly number: number
  readonly url: string
}
/**
 * Adds the record as a file of its own, in one pull request: proposed again, the same one is updated. What a conversation decides after it was
 * merged is another record, in another one.
 */
export async function proposeAdr(
  desk: Desk,
  of: { readonly id: string; readonly plugin: string; readonly repository: string },
  ctx: Context,
): Promise<AdrProposal> {
  const { id, plugin, repository } = of
  const draft = await desk.drafts().get(ctx.workspace, id)
  if (!draft) throw new HubError('NOT_FOUND', 'This draft is not kept any more: draft it again with /docs adr')
  const port = portFor(desk, plugin)
  const info = await port.info(repository, ctx.signal)
  const base = info && (await port.resolve(repository, info.defaultBranch, ctx.signal))
  if (!info || !base)
    throw new HubError('NOT_FOUND', `${port.title} shows the hub no repository ${repository}: check the hub's access`)
  const where = `${plugin}:${repository}`
  const { entries } = await port.tree(repository, base, ctx.signal)
  const records = recordsIn(entries)
  const hash = createHash('sha256').update(adrMarkdown(draft, 0)).digest('hex').slice(0, 32)
  const last = draft.proposed[where]
  let known = draft.numbers[where]
  let round = last?.round ?? 1
  let branch = branchOf(id, round)
  let before = await port.proposal(repository, branch, ctx.signal)
  if (before?.state === 'merged' && known !== undefined) {
    if (last === undefined || last.hash === hash)
      return { markdown: `${plain(repository)}#${before.number} is merged: the decision is recorded.`, ...before }
    round += 1
    branch = branchOf(id, round)
    before = await port.proposal(repository, branch, ctx.signal)
    known = undefined
  }
  // The number stays while nobody else's record has it.
  const number =
    known !== undefined && !records.taken.has(known)
      ? known
      : await freeNumber(desk, `${ctx.workspace}:${where}`, id, Math.max(0, ...records.taken.keys()) + 1)
  const path = recordPath(records, number, draft.title)
  const settings = (await desk.index().get({ workspace: ctx.workspace, plugin, repository }))?.settings
  if (!isDocument(path, settings ?? DEFAULT_SETTINGS))
    throw new HubError(
      'INPUT_INVALID',
      `${path} is no documentation of ${repository}: add ${records.folder}** to docs.paths in .autodevhub.yml`,
    )
  const numbered = { ...draft, numbers: { ...draft.numbers, [where]: number } }
  await desk.drafts().save(ctx.workspace, numbered)
  const {
    number: page,
    url,
    changed,
  } = await port.propose(
    {
      repository,
      base: info.defaultBranch,
      baseSha: base,
      branch,
      title: `docs: record the decision “${draft.title}”`,
      body: [
        `Adds ${code(path)}: a decision as people took it in a conversation. Every sentence cites what was said.`,
        `<sub>${plain(`Drafted for ${draft.author.name} · ${draft.made}`).replaceAll('@', '@\u200B')}</sub>`,
      ].join('\n\n'),
      message: `docs: record the decision “${draft.title}”`,
      files: [{ path, text: adrMarkdown(draft, number) }],
    },
    ctx.signal,
  )
  await desk.drafts().save(ctx.workspace, { ...numbered, proposed: { ...draft.proposed, [where]: { hash, round } } })
  await ctx.audit('docs.adr', `${plugin}:${repository}#${page}`, { path })
  const what = before?.state !== 'open' ? 'is open' : changed ? 'is updated' : 'stands as it is'
  return { markdown: `${plain(repository)}#${page} ${what}: it adds ${code(path)}.`, number: page, url }
}

const branchOf = (id: string, round: number): string => `autodevhub/adr-${id}${round === 1 ? '' : `-${round}`}`

async function freeNumber(desk: Desk, repository: string, id: string, from: number): Promise<number> {
  for (let number = from; number < from + TRIES; number += 1)
    if (await desk.drafts().reserve(repository, number, id)) return number
  throw new HubError('CONFLICT', `${TRIES} records are proposed and not merged: merge or close some of them`)
}
