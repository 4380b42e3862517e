import { type EventHandler, handleEvent, handleJob, type JobHandler, mailLeft, mailRefused } from '#contract'
import { digestSend, listIdOf, parseListId } from './api.ts'
import { quoted } from './commands/answer.ts'
import { tellStopped } from './commands/stopped.ts'
import type { Desk } from './desk.ts'
import { renderDigest } from './render.ts'
import { rhythmWords } from './words.ts'

export function digestJobs(desk: Desk): readonly JobHandler[] {
  return [
    handleJob(digestSend, async ({ subscription, fromMs, toMs, asked }, ctx) => {
      const row = await desk.store().get(ctx.workspace, subscription)
      // It ended while this waited, or the plugin that knows of deployments is off.
      if (row?.state !== 'active' || desk.deployments() === null) return undefined
      const content = await desk.read(ctx.workspace, fromMs, toMs)
      if (content.deployments.length === 0 && row.quiet === 'silent' && !asked) return undefined
      const end = quoted(`/digest unsubscribe --to ${row.address ?? 'here'}`)
      const note = `You get this ${quoted(rhythmWords(row))}. To end it: ${end}`
      const message = renderDigest(content, { zone: row.zone, note })
      const list = { id: listIdOf(row.workspace, row.id) }
      await ctx.send('digest', row.place, row.address === null ? message : { ...message, list })
      return undefined
    }),
  ]
}
export function digestEvents(desk: Desk): readonly EventHandler[] {
  return [
    handleEvent(mailLeft, async ({ list, address }, ctx) => {
      const named = parseListId(list)
      const row = named && (await desk.store().get(named.workspace, named.id))
      if (row?.address !== address.toLowerCase()) return
      if (await desk.store().stop(row.workspace, row.id, 'ended by the link in a mail'))
        await ctx.audit('digest.left', row.id, { workspace: row.workspace })
    }),
    handleEvent(mailRefused, async ({ address, reason, by }, ctx) => {
      // A server that refuses other mail says nothing of the code that opens an address again; what comes back may be that very code.
      const states = by === 'server' ? (['active'] as const) : (['active', 'unconfirmed'] as const)
      for (const row of await desk.store().ofAddress(address.toLowerCase(), states)) {
        if (by === 'complaint' && row.state === 'unconfirmed') {
          // Somebody else asked for a code there, and it was unwelcome: they keep nothing by which they could ask again.
          await ctx.audit('digest.stopped', row.id, { workspace: row.workspace, reason })
          await desk.store().remove(row.workspace, [row.id])
          continue
        }
        // Told first: whoever dies in between does both again, and the message is the same one.
        const told = await tellStopped(row, reason, ctx)
        if (!(await desk.store().stop(row.workspace, row.id, reason))) continue
        await ctx.audit('digest.stopped', row.id, { workspace: row.workspace, reason })
        if (!told) ctx.log.warn({ subscription: row.id }, 'a digest was stopped and nobody told: see /digest status')
      }
    }),
  ]
}
