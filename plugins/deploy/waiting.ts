import { roleIncludes, type Waiting, type WaitingDesk } from '#contract'
import type { Desk } from './desk.ts'
import { formatReference } from './reference.ts'
import { count } from './text.ts'

/** Looked through for those that this person may answer. */
const LOOKED_AT = 50

/** Deployments that wait for somebody with this person's role, other than who asked for them and who agreed already. */
export function waitingDeployments(desk: Desk): WaitingDesk {
  return {
    async waitingFor(workspace, { account, role }, limit): Promise<readonly Waiting[]> {
      const rows = await desk.store().list(workspace, { state: 'waiting', limit: LOOKED_AT })
      if (rows.length === 0) return []
      const linked = await desk.links().joined({ workspace, account })
      const mine = new Set([account, ...linked.map((one) => one.account)].map(({ plugin, id }) => `${plugin}:${id}`))
      return rows
        .filter(({ askedBy, approvals, approverRole }) => {
          const isMine = (askedBy !== null && mine.has(askedBy)) || approvals.some(({ key }) => mine.has(key))
          return !isMine && roleIncludes(role, approverRole ?? 'maintainer')
        })
        .slice(0, limit)
        .map(({ number, service, environment, ref, approvals, approvalsNeeded }) => ({
          reference: formatReference(number),
          title: `${service}${ref ? ` ${ref}` : ''} → ${environment}: ${count(approvalsNeeded - approvals.length, 'approval')} missing`,
          run: `deploy show ${formatReference(number)}`,
        }))
    },
  }
}
