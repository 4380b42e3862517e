import { createHash, randomBytes } from 'node:crypto'
import { type Context, HubError } from '#contract'
import type { Step } from '../definition/schema.ts'
import { fill, fillWords } from '../expression/template.ts'
import { scopeOf } from '../plan/scope.ts'
import { observe } from '../plan/settle.ts'
import type { Ports } from '../ports.ts'
import type { Changed } from '../runs/apply.ts'
import type { Snapshot } from '../runs/run.ts'
import type { Attempt } from '../steps/run-step.ts'
import { type Approval, codeOf } from './approval.ts'

/** Where the reader of a mail answers. */
const LINK_PATH = '/hooks/workflow/approve'
export const hashOfLink = (token: string): string => createHash('sha256').update(`workflow link ${token}`).digest('hex')

/** Asks the question of an approval step: the run waits, its card shows the buttons, and who is asked by mail gets a link. */
export async function askForApproval(
  { run, key, attempt, step, snapshot }: Attempt & { readonly step: Step; readonly snapshot: Snapshot },
  ctx: Context,
  ports: Ports,
): Promise<Changed> {
  const spec = step.approval
  if (!spec) throw new HubError('UNSUPPORTED', 'this step asks for nothing')
  const scope = scopeOf(snapshot.state, key)
  const subject = fillWords(spec.subject, scope).slice(0, 4_000)
  const { approvers, quorum, self, places } = spec
  const { workspace } = ctx
  const approvals = ports.approvals()
  const changed = await ports.runs().change(workspace, run, null, async ({ state }, tx) => {
    const waiting = observe(state, key, attempt, { status: 'waiting' })
    if (!waiting) return null
    await approvals.ask(tx, {
      workspace,
      runId: run,
      step: key,
      attempt,
      subject,
      code: codeOf({ run, step: key, attempt, version: snapshot.run.version, subject }),
      rules: { approvers, quorum, self, default: spec.default, places },
      startedBy: snapshot.run.startedBy.key,
      dueAt: null,
    })
    if (spec.voidOn)
      await ports.waits().add(tx, {
        workspace,
        runId: run,
        step: key,
        attempt,
        event: spec.voidOn.event,
        match: fill(spec.voidOn.match, scope),
        purpose: 'void',
      })
    return waiting
  })
  const asked = (await approvals.ofRun(null, workspace, run)).find((one) => one.step === key && one.attempt === attempt)
  if (asked?.state === 'open') await mailLinks(asked, changed.snapshot, ctx, ports)
  return changed
}

/** Each mailed approver gets an address of their own: who has it answers as them, and nobody else. */
async function mailLinks(approval: Approval, { run, state }: Snapshot, ctx: Context, ports: Ports): Promise<void> {
  const mail = ports.mail()
  const { publicUrl } = ports.config
  const addresses = approval.rules.approvers.flatMap((one) => (one.startsWith('mail:') ? [one.slice(5)] : []))
  if (addresses.length === 0) return
  if (!mail || publicUrl === undefined) {
    ctx.log.warn({ run: run.id }, 'approvers by mail are not asked: mail and HUB_PUBLIC_URL must be set up')
    return
  }
  for (const address of addresses) {
    const token = randomBytes(32).toString('base64url')
    await ports.approvals().addLink(hashOfLink(token), approval, { plugin: 'mail', id: address })
    const title = `${run.name} · ${state.about.reference} asks for your approval`
    // A repeat makes another address that is never sent: the name keeps the first mail the only one.
    await ctx.send(`approval:${approval.id}:${address}`, mail.placeOf(address), {
      text: `${title}\n\n${approval.subject}\n\nAnswer: ${publicUrl}${LINK_PATH}/${token}`,
      blocks: [
        { kind: 'heading', text: title },
        { kind: 'text', markdown: approval.subject },
        {
          kind: 'actions',
          items: [{ kind: 'link', label: 'Look and answer', url: `${publicUrl}${LINK_PATH}/${token}` }],
        },
        { kind: 'note', markdown: 'This address is yours alone: do not forward it. Opening it changes nothing.' },
      ],
    })
  }
}
