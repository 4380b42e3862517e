import { type Bindings, type EventHandler, handleEvent, type Tracker, trackerRecovered } from '#contract'

/** After a time without deliveries: what was made up for, and what cannot be, in the channels of the projects it concerns. */
export function recoveredHandler(bindings: () => Bindings, tracker: (plugin: string) => Tracker): EventHandler {
  return handleEvent(trackerRecovered, async (gap, ctx) => {
    const { plugin, project, fromMs, toMs, events, lost } = gap
    const target = { kind: 'tracker' as const, plugin, targetWorkspace: ctx.workspace, target: project }
    for (const bound of await bindings().boundTo(target)) {
      const channels = await bindings().list(bound.workspace, { project: bound.project, kind: 'channel' })
      for (const { plugin: chat, targetWorkspace, target: channel } of channels) {
        const place = { plugin: chat, workspace: targetWorkspace, channel, visibility: 'team' as const }
        const head = `${tracker(plugin).title} ${project}: ${timeOf(fromMs)}–${timeOf(toMs)} UTC recovered, ${events} ${events === 1 ? 'event' : 'events'}`
        const text = [head, ...lost.map((what) => `Not to be recovered: ${what}`)].join('\n')
        await ctx.send(`recovered ${chat} ${channel}`, place, { text })
      }
    }
  })
}
const timeOf = (ms: number) => new Date(ms).toISOString().slice(11, 16)
