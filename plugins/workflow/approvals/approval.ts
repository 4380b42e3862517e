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
): string | null {
  const { rules } = approval
  if (!rules.self && [...voter.accounts, ...voter.unproven].includes(approval.startedBy))
    return 'You started this run, so somebody else has to answer'
  if (votes.some(({ vote, voter: by }) => vote !== 'delegate' && voter.unproven.includes(by)))
    return 'You answered already, with another account of yours'
  const listed = rules.approvers.some((entry) => {
    const role = ROLES.find((one) => entry === `role:${one}`)
    return role ? roleIncludes(voter.role, role) : voter.accounts.includes(entry)
  })
  const delegated = votes.some(
    ({ vote, delegate }) => vote === 'delegate' && delegate !== null && voter.accounts.includes(delegate),
  )
  if (listed || delegated) return null
  const joined = voter.unproven.find((account) => rules.approvers.includes(account))
  if (joined !== undefined)
    return `${joined} may answer, and was joined to you by e-mail alone: confirm with /hub link that it is yours`
  return `You are not among those who may answer: ${rules.approvers.map(nameOfApprover).join(', ')}. One of them can hand it to you with /workflow delegate`
}
export const nameOfApprover = (entry: string): string => (entry.startsWith('role:') ? `every ${entry.slice(5)}` : entry)

/** What the votes come to so far. Pure. */
export function tally(rules: ApprovalRules, votes: readonly Vote[]): Approval['state'] {
  if (votes.some(({ vote }) => vote === 'reject')) return 'rejected'
  return votes.filter(({ vote }) => vote === 'approve').length >= rules.quorum ? 'approved' : 'open'
}
