import { z } from 'zod'
import { type Block, type Command, defineCommand, HubError } from '#contract'
import { boundHere, isOpen, namedHere, unboundHere } from '../access.ts'
import type { Synced } from '../index/sync.ts'
import { clip, code, count, paragraph, plain } from '../text.ts'
import { boundRepository, type Desk, hiddenNote, nothingHere, OWN_ERROR, syncShown } from './desk.ts'

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
      let hidden = 0
      const tell = (mayBeNamed: boolean, line: string) => {
        if (mayBeNamed || !isOpen(ctx)) lines.push(line)
        else hidden += 1
      }
      if (repository === undefined)
        for (const one of await unboundHere(ctx, desk.bindings(), desk.index())) {
          await desk.index().forget(one)
          tell(!one.isPrivate, `**${plain(one.repository)}** is not bound any more: what was read of it is deleted`)
        }
      const { bound: named } = await namedHere(ctx, desk.bindings(), desk.index())
      const all =
        repository === undefined
          ? await boundHere(desk.bindings(), ctx.workspace)
          : [await boundRepository(desk, ctx, repository)]
      for (const one of all)
        try {
          const { plugin, target } = one
          const synced = await syncShown(desk, ctx, { workspace: ctx.workspace, plugin, repository: target })
          tell(!synced.info.private, told(synced))
        } catch (error) {
          ctx.signal.throwIfAborted()
          // One that cannot be read does not keep the others from being read; what may pass by itself is tried again.
          const isKnown = error instanceof HubError
          if (!(isKnown && error.retry === 'never') && ctx.attempt < 3) throw error
          if (!isKnown) ctx.log.error({ error: String(error), repository: one.target }, 'documents were not read')
          const why = isKnown ? plain(error.message) : OWN_ERROR
          tell(named.includes(one), `**${plain(one.target)}** could not be read: ${why}`)
        }
      if (lines.length === 0) return paragraph(nothingHere(hidden))
      if (hidden > 0) lines.push(hiddenNote(hidden))
      if (all.length === 0) return paragraph(lines.join('\n\n'))
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
