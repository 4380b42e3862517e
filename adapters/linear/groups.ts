import { type EventHandler, handleEvent } from '#contract'
import { groupChanged } from './events.ts'
import type { Inbound } from './inbound.ts'
import { PAGE } from './limits.ts'
import type { Reader } from './reader.ts'

/** A label on more issues than this is no label that a rule waits for. */
const MAX_ISSUES = 500

const CHANGED = { label: 'labels', project: 'project', issue: 'section' } as const

/** Linear tells of a renamed label once; which issues carry it has to be asked. */
export function createGroupHandler(reader: Reader, inbound: Inbound): EventHandler {
  return handleEvent(groupChanged, async ({ kind, id, atMs }, ctx) => {
    const is = { id: { eq: id } }
    const filter = kind === 'label' ? { labels: is } : kind === 'project' ? { project: is } : is
    let after: string | null = null
    for (let seen = 0; seen < MAX_ISSUES; seen += PAGE) {
      const asked = { filter, first: PAGE, after, archived: false }
      const { snapshots, cursor } = await reader.page(ctx.workspace, asked, { kind: 'description' }, ctx.signal)
      for (const { wire } of snapshots)
        await inbound.changed({
          organizationId: ctx.workspace.slice('linear:'.length),
          issueId: wire.id,
          key: wire.identifier,
          teamKey: wire.team.key,
          projectSlug: wire.project?.slugId,
          change: 'updated',
          changed: [CHANGED[kind]],
          atMs,
          own: false,
          recovered: false,
          deliveryId: `issue:${wire.id}:${atMs}:${kind}:${id}`,
        })
      if (cursor === null) return
      after = cursor
    }
    ctx.log.info({ kind, id }, 'more issues carry it than are looked at')
  })
}
