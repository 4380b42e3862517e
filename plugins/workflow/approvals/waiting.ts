import type { Person, Waiting, WaitingDesk } from '#contract'
import type { Ports } from '../ports.ts'
import { refusal, type Voter } from './approval.ts'

const MAX_TITLE = 120

/** Open questions of runs that this person may answer. */
export function waitingApprovals(ports: () => Ports): WaitingDesk {
  return {
    async waitingFor(workspace, who, limit): Promise<readonly Waiting[]> {
      const { approvals, links } = ports()
      const voter = await voterFor(workspace, who, links())
      const found: Waiting[] = []
      for (const { approval, number, name } of await approvals().open(workspace)) {
        if (found.length >= limit) break
        if (refusal(approval, await approvals().votes(null, approval), voter) !== null) continue
        const reference = `WF-${number}`
        const subject = approval.subject.replace(/\s+/g, ' ')
        const title = subject.length > MAX_TITLE ? `${subject.slice(0, MAX_TITLE - 1)}…` : subject
        found.push({ reference, title: `${name}: ${title}`, run: `workflow approve ${reference}` })
      }
      return found
    },
  }
}
async function voterFor(
  workspace: string,
  { account, name, role }: Person,
  links: ReturnType<Ports['links']>,
): Promise<Voter> {
  const linked = await links.of({ workspace, account })
  const joined = (await links.joined({ workspace, account })).filter(({ isProven }) => !isProven)
  const unproven = joined.map((one) => `${one.account.plugin}:${one.account.id}`)
  const accounts = [account, ...linked.map((one) => one.account)].map((one) => `${one.plugin}:${one.id}`)
  return { accounts, unproven, name, role }
}
