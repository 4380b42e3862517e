import { z } from 'zod'
import { type Action, type Block, type Command, defineCommand, type Message } from '#contract'
import { isOpen, readableHere } from '../access.ts'
import { driftLine } from '../drift/issue.ts'
import { STORIES } from '../index/scope.ts'
import type { Indexed } from '../index/store.ts'
import { sameRepository } from '../links.ts'
import { clip, code, count, paragraph, plain } from '../text.ts'
import { type Desk, hiddenNote, nothingHere } from './desk.ts'
import { bare } from './passages.ts'

const DOCUMENTS_SHOWN = 8

export function statusCommand(desk: Desk): Command {
  return defineCommand({
    name: 'docs status',
    summary: 'Show what is read, what is behind the code, and what was done about it',
    args: z.object({}),
    examples: ['docs status'],
    allow: 'viewer',
    sideEffects: 'none',
    async run(_, ctx): Promise<Message> {
      const here = await readableHere(ctx, desk.bindings(), desk.index())
      const unread = isOpen(ctx) ? [] : here.unread
      if (here.repositories.length === 0 && unread.length === 0) return paragraph(nothingHere(here.hidden))
      const blocks: Block[] = []
      const actions: Action[] = []
      for (const one of here.repositories)
        if (sameRepository(one, STORIES))
          blocks.push({
            kind: 'text',
            markdown: `**Accepted stories**: ${count(one.documents, 'story', 'stories')} known`,
          })
        else {
          const told = await repositoryStatus(desk, one)
          blocks.push({ kind: 'text', markdown: told.markdown })
          actions.push(...told.actions)
        }
      for (const { repository } of unread)
        blocks.push({ kind: 'text', markdown: `**${plain(repository)}**: not read yet` })
      if (here.hidden > 0) blocks.push({ kind: 'note', markdown: hiddenNote(here.hidden) })
      const text = blocks
        .map((block) => ('markdown' in block ? bare(block.markdown).replaceAll('`', '') : ''))
        .join('\n')
      const again: Action = { kind: 'button', label: 'Read again', run: 'docs sync' }
      return { text, blocks: [...blocks, { kind: 'actions', items: [...actions.slice(0, 4), again] }] }
    },
  })
}

async function repositoryStatus(desk: Desk, one: Indexed) {
  const key = { ...one }
  const open = (await desk.drift().findings(key)).filter(({ state }) => state !== 'declined')
  const writes = await desk.drift().writes(key)
  const last = await desk.drift().lastRun(key)
  const lines = [
    `**${plain(one.repository)}** at ${code((one.sha ?? '').slice(0, 8))} of ${code(one.branch)}: ${count(one.documents, 'document')}, ${count(one.chunks, 'passage')}`,
    ...one.problems.map((problem) => `- ⚠ ${plain(problem)}`),
  ]
  if (one.skipped.length > 0) {
    const reasons = [...Map.groupBy(one.skipped, ({ reason }) => reason)].map(
      ([reason, all]) => `${all.length} ${reason}`,
    )
    lines.push(`- left out: ${plain(clip(reasons.join(', '), 200))}`)
  }
  const byDocument = [...Map.groupBy(open, ({ drift }) => drift.document)]
  for (const [document, all] of byDocument.slice(0, DOCUMENTS_SHOWN)) {
    const [first] = all
    const more = all.length > 1 ? ` and ${all.length - 1} more` : ''
    if (first) lines.push(`- ${code(clip(document, 100))} line ${first.drift.line}: ${driftLine(first.drift)}${more}`)
  }
  if (byDocument.length > DOCUMENTS_SHOWN)
    lines.push(`- and ${byDocument.length - DOCUMENTS_SHOWN} more documents are behind the code`)
  if (open.length === 0) lines.push('- no drift known')
  if (last) lines.push(`- last push: ${last.outcome}, ${plain(clip(last.reason, 300))}`)
  const actions: Action[] = []
  if (writes.proposal?.state === 'open')
    actions.push({ kind: 'link', label: `Pull request #${writes.proposal.number}`, url: writes.proposal.url })
  if (writes.issue?.state === 'open')
    actions.push({ kind: 'link', label: `Issue #${writes.issue.number}`, url: writes.issue.url })
  return { markdown: lines.join('\n'), actions }
}
