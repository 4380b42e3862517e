import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ROLES, type Role, roleIncludes } from '#contract'

/** Who may answer and how, as the definition said when it was asked. */
export const rulesSchema = z.object({
  approvers: z.array(z.string()),
  quorum: z.number().int(),
  self: z.boolean(),
  default: z.enum(['reject', 'approve']),
  places: z.array(z.string()),
})
export type ApprovalRules = z.output<typeof rulesSchema>

export interface Approval {
  readonly workspace: string
  readonly id: string
  readonly runId: string
  readonly step: string
  readonly attempt: number
  readonly state: 'open' | 'approved' | 'rejected' | 'void'
  readonly subject: string
  /** Hash of what is approved: an answer to anything else does not count. */
  readonly code: string
  readonly rules: ApprovalRules
  /** '<plugin>:<account id>' of who started the run. */
  readonly startedBy: string
  readonly dueAt: Date | null
}
export interface Vote {
  readonly voter: string
  readonly name: string
  readonly vote: 'approve' | 'reject' | 'delegate'
  readonly reason: string | null
  readonly delegate: string | null
  /** `voter` of who handed their voice over to this one; null: it is their own. */
  readonly voice: string | null
  readonly jobId: string
}
/** Somebody as the approval sees them. */
export interface Voter {
  /** All accounts that they have proven to be theirs, oldest first: '<plugin>:<id>'. */
  readonly accounts: readonly string[]
  /** Those that a verified address joined to them: the same human, who may not answer twice, and proof of nothing. */
  readonly unproven: readonly string[]
  readonly name: string
  /** Highest role in the run's workspace; what is not proven counts as member at most. */
  readonly role: Role | null
}

export function codeOf(about: {
  run: string
  step: string
  attempt: number
  version: string
  subject: string
}): string {
  const { run, step, attempt, version, subject } = about
  return createHash('sha256')
    .update(JSON.stringify([run, step, attempt, version, subject]))
    .digest('hex')
    .slice(0, 16)
}

/** Why this person may not answer, in words for them; null when they may. Pure. */
export function refusal(
  approval: Pick<Approval, 'rules' | 'startedBy'>,
  votes: readonly Vote[],
  voter: Voter,
  to: Vote['vote'] = 'approve',
): string | null {
  const { rules } = approval
  const same = [...voter.accounts, ...voter.unproven]
  if (!rules.self && same.includes(approval.startedBy)) return 'You started this run, so somebody else has to answer'
  if (votes.some(({ vote, voter: by }) => vote !== 'delegate' && voter.unproven.includes(by)))
    return 'You answered already, with another account of yours'
  const spent = votes.find(({ voice }) => voice !== null && same.includes(voice))
  if (spent) return `${spent.name} answered for you already: you handed your voice over, and it counts once`
  if (isListed(rules, voter)) return null
  if (voiceOf(approval, votes, voter) !== null)
    return to === 'delegate'
      ? "The voice you have is somebody else's: answer with it, or ask them to hand it to another one"
      : null
  const joined = voter.unproven.find((account) => rules.approvers.includes(account))
  if (joined !== undefined)
    return `${joined} may answer, and was joined to you by e-mail alone: confirm with /hub link that it is yours`
  return `You are not among those who may answer: ${rules.approvers.map(nameOfApprover).join(', ')}. One of them can hand it to you with /workflow delegate`
}
function isListed({ approvers }: ApprovalRules, voter: Voter): boolean {
  return approvers.some((entry) => {
    const role = ROLES.find((one) => entry === `role:${one}`)
    return role ? roleIncludes(voter.role, role) : voter.accounts.includes(entry)
  })
}
/** Whose voice somebody answers with: their own (null), or the first that was handed to them. Pure. */
export function voiceOf({ rules }: Pick<Approval, 'rules'>, votes: readonly Vote[], voter: Voter): string | null {
  if (isListed(rules, voter)) return null
  const isMine = (account: string | null) => account !== null && voter.accounts.includes(account)
  const used = votes.find((one) => isMine(one.voter) && one.voice !== null)
  const given = votes.find(({ vote, delegate }) => vote === 'delegate' && isMine(delegate))
  return used?.voice ?? given?.voter ?? null
}
export const nameOfApprover = (entry: string): string => (entry.startsWith('role:') ? `every ${entry.slice(5)}` : entry)

/** What the votes come to so far. Pure. */
export function tally(rules: ApprovalRules, votes: readonly Vote[]): Approval['state'] {
  if (votes.some(({ vote }) => vote === 'reject')) return 'rejected'
  return votes.filter(({ vote }) => vote === 'approve').length >= rules.quorum ? 'approved' : 'open'
}
