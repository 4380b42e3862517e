import { z } from 'zod'
import { type Command, defineCommand, HubError } from '#contract'
import { writerOf } from '../../commands/desk.ts'
import { backfillCard, backfillJob, stateInWords } from '../backfill/job.ts'
import type { BackfillStore } from '../backfill/store.ts'
import { type SyncDesk, targetOf } from './desk.ts'
import { trackerName } from './fields.ts'

export function backfillCommands(sync: SyncDesk, backfills: () => BackfillStore): readonly Command[] {
  return [
    defineCommand({
      name: 'story backfill',
      summary: 'Write criteria for the issues of a backlog',
      args: z.object({
        tracker: trackerName,
        project: z.string().trim().min(1).max(100).describe('Project, as it is bound'),
        query: z
          .string()
          .trim()
          .max(1_000)
          .meta({ rest: true })
          .optional()
          .describe("Which issues, in the tracker's own query language"),
      }),
      examples: ['story backfill jira PAY', 'story backfill jira PAY labels = needs-criteria'],
      allow: 'maintainer',
      sideEffects: 'outside',
      confirm: ({ project }) => `Write acceptance criteria into the open issues of ${project} that have none?`,
      async run({ tracker: plugin, project, query }, ctx) {
        const { title } = sync.deps().tracker(plugin)
        const { trackerWorkspace, target } = await targetOf(sync, ctx, plugin, project)
        const { key, name } = writerOf(ctx).author
        const id = ctx.jobId
        const begun = {
          ...{ workspace: ctx.workspace, id, plugin, trackerWorkspace, project: target },
          ...{ query: query ?? null, startedBy: key, startedByName: name },
        }
        await backfills().begin(begun)
        await ctx.enqueue(backfillJob, { id, page: 0 }, { key: `${id}:0` })
        const text = `Going through the backlog of ${target} in ${title}, page by page, at the pace ${title} allows. It goes on after a restart.`
        return { text }
      },
    }),
    defineCommand({
      name: 'story backfill stop',
      summary: 'Stop going through a backlog; what was written stays',
      args: z.object({
        id: z.uuid('must be the id behind the Stop button').describe('Id of the walk, as the Stop button has it'),
      }),
      examples: ['story backfill stop 0199a1b2-0000-7000-8000-000000000001'],
      allow: 'maintainer',
      sideEffects: 'hub',
      async run({ id }, ctx) {
        const isStopped = await backfills().stop(ctx.workspace, id)
        const backfill = await backfills().get(ctx.workspace, id)
        if (!backfill) throw new HubError('NOT_FOUND', 'There is no such walk over a backlog')
        if (!isStopped) throw new HubError('CONFLICT', `It is ${stateInWords(backfill.state)} already`)
        return { ...backfillCard(backfill, sync.deps().tracker(backfill.plugin).title), inPlace: true }
      },
    }),
  ]
}
