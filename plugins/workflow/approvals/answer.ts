import { type Context, HubError, type Role, roleIncludes, UNPROVEN_ROLE } from '#contract'
import { observe } from '../plan/settle.ts'
import type { Ports } from '../ports.ts'
import type { Changed } from '../runs/apply.ts'
import { type Approval, refusal, tally, type Vote, type Voter, voiceOf } from './approval.ts'

export interface Answer {
  readonly approval: Approval
  readonly vote: Vote['vote']
  readonly reason: string | null
  readonly delegate: string | null
}
export interface Answered {
  readonly changed: Changed
  /** What the votes come to with this one. */
  readonly state: Approval['state']
  readonly given: number
}

/** Who speaks: with all their linked accounts, and the highest role one of them has where the run belongs. */
export async function voterOf(ctx: Context, workspace: string, ports: Ports): Promise<Voter> {
  const { account, name } = ctx.actor
  const who = { workspace: ctx.workspace, account }
  const linked = await ports.links().of(who)
  const joined = (await ports.links().joined(who)).filter(({ isProven }) => !isProven)
  let role: Role | null = ctx.workspace === workspace ? ctx.actor.role : null
  for (const other of [...linked.map((one) => ({ ...one, isProven: true })), ...joined]) {
    if (other.workspace !== workspace) continue
    const standing = await ports.directory().standing(workspace, other.account)
    // Somebody who administers addresses elsewhere gets no more by it than a new colleague.
    const most = other.isProven || !roleIncludes(standing.role, UNPROVEN_ROLE) ? standing.role : UNPROVEN_ROLE
    if (most !== null && !roleIncludes(role, most)) role = most
  }
  const accounts = linked.map((one) => `${one.account.plugin}:${one.account.id}`)
  const unproven = joined.map((one) => `${one.account.plugin}:${one.account.id}`)
  const own = `${account.plugin}:${account.id}`
  return { accounts: accounts.includes(own) ? accounts : [...accounts, own], unproven, name, role }
}

/**
 * Counts an answer. The run is held while it is: of two at once the second one finds it closed. A repeat of the same job is the same answer.
 * @throws HubError FORBIDDEN for who may not, CONFLICT when it was answered or asks for something else by now
 */
export async function answer(
  { approval, vote, reason, delegate }: Answer,
  voter: Voter,
  ctx: Context,
  ports: Ports,
): Promise<Answered> {
  const store = ports.approvals()
  const [oldest = `${ctx.actor.account.plugin}:${ctx.actor.account.id}`] = voter.accounts
  let counted: Pick<Answered, 'state' | 'given'> = { state: 'open', given: 0 }
  const changed = await ports.runs().change(approval.workspace, approval.runId, oldest, async ({ state }, tx) => {
    const now = await store.get(tx, approval.workspace, approval.id)
    const votes = await store.votes(tx, approval)
    const count = (all: readonly Vote[]) => all.filter((one) => one.vote === 'approve').length
    if (now && votes.some(({ jobId }) => jobId === ctx.jobId)) {
      counted = { state: now.state, given: count(votes) }
      return null
    }
    const closed = whyClosed(now, votes)
    if (!now || closed !== null) throw new HubError('CONFLICT', closed ?? 'This is no longer asked')
    const refused = refusal(now, votes, voter, vote)
    if (refused !== null) throw new HubError('FORBIDDEN', refused)
    // Who linked another account since they answered is still one.
    const who = votes.find((one) => voter.accounts.includes(one.voter))?.voter ?? oldest
    const voice = voiceOf(now, votes, voter)
    const mine: Vote = { voter: who, name: voter.name, vote, reason, delegate, voice, jobId: ctx.jobId }
    await store.cast(tx, now, mine)
    const all = [...votes.filter((one) => one.voter !== who), mine]
    const result = tally(now.rules, all)
    counted = { state: result, given: count(all) }
    // A first voice of several moves the revision alone: the card says how many there are.
    if (result === 'open') return { ...state }
    if (result === 'void') return null
    await store.close(tx, now, result)
    const names = all.filter((one) => one.vote === 'approve').map(({ name }) => name)
    return observe(
      state,
      now.step,
      now.attempt,
      result === 'approved'
        ? { status: 'succeeded', output: { by: names, votes: names.length } }
        : { status: 'failed', error: `rejected by ${voter.name}${reason === null ? '' : `: ${reason}`}` },
    )
  })
  return { changed, ...counted }
}
function whyClosed(now: Approval | null, votes: readonly Vote[]): string | null {
  if (!now || now.state === 'void')
    return 'What was asked has changed since: look at the card and answer what it asks now'
  if (now.state === 'open') return null
  const last = votes.findLast(({ vote }) => vote !== 'delegate')
  return `It was ${now.state} already${last ? ` by ${last.name}` : ''}`
}
