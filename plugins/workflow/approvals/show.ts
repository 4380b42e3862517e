import { type Block, type Context, HubError, type Message } from '#contract'
import type { Snapshot } from '../runs/run.ts'
import { readPlace, samePlace } from '../runs/run.ts'
import { type Approval, nameOfApprover, type Vote } from './approval.ts'

export interface Asked {
  readonly approval: Approval
  readonly votes: readonly Vote[]
}

/** The question with its buttons, as it stands on the card of the run and elsewhere. */
export function questionBlocks(reference: string, { approval, votes }: Asked): readonly Block[] {
  const { subject, rules, code } = approval
  const given = votes.filter(({ vote }) => vote === 'approve').map(({ name }) => name)
  const who = rules.approvers.map(nameOfApprover).join(', ')
  const note = [
    ...(rules.quorum > 1 ? [`Needs ${rules.quorum} approvals`] : []),
    ...(given.length > 0 ? [`so far: ${given.join(', ')}`] : []),
    `May answer: ${who}${rules.self ? '' : ', except who started it'}`,
  ].join(' · ')
  return [
    { kind: 'text', markdown: subject },
    { kind: 'note', markdown: note },
    {
      kind: 'actions',
      items: [
        { kind: 'button', label: 'Approve', run: `workflow approve ${reference} --code=${code}`, style: 'primary' },
        { kind: 'form', label: 'Reject', run: `workflow reject ${reference} --code=${code}`, style: 'danger' },
      ],
    },
  ]
}

/** Copies of the question in further places: all of them close when it is answered. */
export async function showApprovals(
  { run, state }: Snapshot,
  approvals: readonly Approval[],
  ctx: Context,
): Promise<void> {
  for (const approval of approvals) {
    const { rules, step, attempt } = approval
    const message =
      approval.state === 'open'
        ? openCard(state.about.reference, run.name, approval)
        : closedCard(state.about.reference, run.name, approval)
    for (const place of rules.places.map(readPlace)) {
      if (run.places.some((one) => samePlace(one, place))) continue
      const card = { of: `approval ${state.about.reference} ${step} ${attempt}`, revision: run.revision }
      try {
        await ctx.show(place, { ...message, card })
      } catch (error) {
        if (!(error instanceof HubError)) throw error
        ctx.log.warn(
          { error, run: run.id, plugin: place.plugin },
          'an approval cannot be asked for in one of its places',
        )
      }
    }
  }
}
function openCard(reference: string, name: string, approval: Approval): Message {
  return {
    text: `${name} · ${reference} waits for approval of ${approval.step}: ${approval.subject}`,
    blocks: [
      { kind: 'heading', text: `${name} · ${reference}` },
      ...questionBlocks(reference, { approval, votes: [] }),
    ],
  }
}
function closedCard(reference: string, name: string, { state, step, subject }: Approval): Message {
  const said = state === 'void' ? 'is no longer asked' : `was ${state}`
  const text = `${name} · ${reference}: ${step} ${said}`
  return { text, blocks: [{ kind: 'text', markdown: `${text}\n${subject}` }] }
}
