import { z } from 'zod'
import { type Block, type Command, defineCommand, HubError } from '#contract'
import { boundHere, unboundHere } from '../access.ts'
import type { Synced } from '../index/sync.ts'
import { clip, code, count, paragraph, plain } from '../text.ts'
import { boundRepository, type Desk, syncShown } from './desk.ts'

const LEFT_OUT_SHOWN = 8

export function syncCommand(desk: Desk): Command {
  return defineCommand({
    name: 'docs sync',
    summary: 'Read the documentation of bound repositories again',
    args: z.object({
      repository: z.string().trim().max(200).optional().describe('One repository, such as octo/shop; left out: all'),
    }),
    examples: ['docs sync', 'docs sync octo/shop'],
    allow: 'member',
    sideEffects: 'hub',
    async run({ repository }, ctx) {
      const lines: string[] = []
      if (repository === undefined)
        for (const one of await unboundHere(ctx, desk.bindings(), desk.index())) {
          await desk.index().forget(one)
          lines.push(`**${plain(one.repository)}** is not bound any more: what was read of it is deleted`)
        }
      if (lines.length > 0 && (await boundHere(desk.bindings(), ctx.workspace)).length === 0)
        return paragraph(lines.join('\n\n'))
      for (const { plugin, target } of await boundRepository(desk, ctx, repository))
        try {
          lines.push(told(await syncShown(desk, ctx, { workspace: ctx.workspace, plugin, repository: target })))
        } catch (error) {
          ctx.signal.throwIfAborted()
          // One that cannot be read does not keep the others from being read; what may pass by itself is tried again.
          if (!(error instanceof HubError) || (error.retry !== 'never' && ctx.attempt < 3)) throw error
          lines.push(`**${plain(target)}** could not be read: ${plain(error.message)}`)
        }
      const actions: Block = {
        kind: 'actions',
        items: [
          { kind: 'form', label: 'Ask', run: 'docs ask' },
          { kind: 'button', label: 'Status', run: 'docs status' },
        ],
      }
      return paragraph(lines.join('\n\n'), actions)
    },
  })
}

function told({ indexed, sha, changed }: Synced): string {
  const { documents, chunks, skipped, problems } = indexed
  const read = changed.length === 0 ? 'nothing had changed' : `${count(changed.length, 'document')} read`
  const head = `**${plain(indexed.repository)}** at ${code(sha.slice(0, 8))}: ${read}, ${count(documents, 'document')} with ${count(chunks, 'passage')} known`
  const left = skipped
    .slice(0, LEFT_OUT_SHOWN)
    .map(({ path, reason }) => `- ${code(clip(path, 100))} left out: ${plain(reason)}`)
  const more = skipped.length > LEFT_OUT_SHOWN ? [`- and ${skipped.length - LEFT_OUT_SHOWN} more left out`] : []
  return [head, ...problems.map((problem) => `- ⚠ ${plain(problem)}`), ...left, ...more].join('\n')
}
