import { z } from 'zod'
import {
  type Bindings,
  defineJob,
  handleJob,
  type JobHandler,
  type Message,
  type Place,
  type Schedule,
} from '#contract'
import type { Sweep } from './sweep.ts'

const EVERY_MS = 5 * 60_000

const told = defineJob({
  name: 'github.recovered',
  payload: z.object({ repository: z.string(), count: z.number().int(), fromMs: z.number(), toMs: z.number() }),
  retry: { attempts: 5, backoffMs: 1_000 },
})
/** What a time without deliveries cost: nothing, but people should know why something comes late. */
export const tellRecovered: JobHandler = handleJob(told, ({ repository, count, fromMs, toMs }): Promise<Message> => {
  const events = count === 1 ? '1 event' : `${count} events`
  const [from, to] = [clock(fromMs), clock(toMs)]
  const when = from === to ? from : `${from} – ${to}`
  const text = `GitHub · ${repository}: ${events} missed at ${when} UTC, now caught up`
  return Promise.resolve({ text, blocks: [{ kind: 'note', markdown: text.replace(/([\\`*_[\]])/g, '\\$1') }] })
})
/** Looks for missed deliveries, and tells the channels of the projects concerned how many there were. */
export function sweepSchedule(sweep: Sweep, bindings: () => Bindings | null): Schedule {
  return {
    name: 'deliveries',
    everyMs: EVERY_MS,
    async run(_slot, ctx) {
      for (const { workspace: targetWorkspace, ...one } of await sweep.run(ctx.signal)) {
        ctx.log.info({ ...one }, 'GitHub deliveries were missed and caught up')
        const target = { kind: 'repository', plugin: 'github', targetWorkspace, target: one.repository } as const
        const port = bindings()
        for (const { workspace, project } of (await port?.boundTo(target)) ?? [])
          for (const channel of (await port?.list(workspace, { project, kind: 'channel' })) ?? []) {
            const replyTo: Place = {
              plugin: channel.plugin,
              workspace: channel.targetWorkspace,
              channel: channel.target,
              // Nobody noted who reads it.
              visibility: 'public',
            }
            const key = [one.repository, one.toMs, channel.plugin, channel.targetWorkspace, channel.target].join(' ')
            await ctx.enqueue(told, one, { key, workspace, replyTo })
          }
      }
    },
  }
}
function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16)
}
