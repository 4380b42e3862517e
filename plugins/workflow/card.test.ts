import { describe, expect, it } from 'vitest'
import type { Message } from '#contract'
import type { Approval } from './approvals/approval.ts'
import { runCard } from './card.ts'
import { definitionSchema } from './definition/schema.ts'
import type { RunState, StepState } from './plan/state.ts'
import type { Snapshot } from './runs/run.ts'

const definition = definitionSchema.parse({
  name: 'ship',
  inputs: { ref: { default: 'main' }, service: {}, query: {} },
  steps: {
    lint: { title: 'Lint', gate: 'true' },
    test: { title: 'Tests', gate: 'true' },
    ask: { title: 'Approval', needs: ['lint', 'test'], approval: { subject: 'Ship it?' } },
    live: { title: 'Production', needs: ['ask'], workflow: 'github-run' },
    look: { title: 'Verification', needs: ['live'], gate: 'true' },
    told: { title: 'Word', needs: ['look'], notify: { text: 'done' } },
  },
})
const step = (key: string, status: StepState['status'], error: string | null = null): [string, StepState] => [
  key,
  { key, id: key.replace(':undo', ''), status, attempt: 1, output: null, error, order: 1 },
]
const snapshot = (over: Partial<RunState>, ...steps: [string, StepState][]): Snapshot => ({
  definition,
  run: {
    workspace: 'slack:T1',
    id: 'r1',
    number: 4,
    name: 'ship',
    version: 'abc',
    trigger: 'command',
    startedBy: { key: 'slack:U1', name: 'ada' },
    places: [],
    concurrencyKey: null,
    parent: null,
    depth: 0,
    rerunOf: null,
    revision: 3,
    createdAt: new Date(0),
    finishedAt: null,
  },
  state: {
    status: 'running',
    outcome: null,
    reason: null,
    inputs: { ref: 'main', service: 'sh_op', query: 'x'.repeat(100) },
    event: null,
    about: { reference: 'WF-4', workflow: 'ship', by: 'ada' },
    steps: new Map(steps),
    started: 1,
    ...over,
  },
})
const shown = ({ blocks = [] }: Message) =>
  blocks.flatMap((block) => {
    if (block.kind === 'heading' || block.kind === 'code') return [block.text]
    if (block.kind === 'text' || block.kind === 'note') return block.markdown.split('\n')
    return block.kind === 'actions' ? [block.items.map(({ label }) => `[${label}]`).join(' ')] : []
  })

describe('the card of a run', () => {
  it('shows what is going on in one line each, and its neighbours together', () => {
    const now = snapshot(
      {},
      step('lint', 'succeeded'),
      step('test', 'succeeded'),
      step('ask', 'succeeded'),
      step('live', 'waiting'),
    )
    expect(shown(runCard(now, []))).toEqual([
      '▶ ship · WF-4 is under way',
      '✓ Lint\u00a0· Tests\u00a0· Approval',
      '◑ **Production**',
      '○ Verification',
      'service sh\\_op · started by ada',
      '[Pause] [Cancel]',
    ])
  })
  it('says once why it failed, without the names of what it failed in, and the log below', () => {
    const error = 'WF-5 failed: green failed: smoke.yml ended with failure in check\nError: 503 from /health'
    const ended = snapshot(
      { status: 'failed', reason: `look failed: ${error} · could not be taken back: live` },
      step('look', 'failed', error),
      step('live:undo', 'failed', 'rollback.yml ended with failure'),
    )
    const card = runCard(ended, [])
    expect(shown(card)).toEqual([
      '✘ ship · WF-4 failed',
      '**could not be taken back: live**',
      '○ Lint\u00a0· Tests\u00a0· Approval\u00a0· Production',
      '✗ **Verification**: smoke.yml ended with failure in check',
      '↩ **Production** could not be taken back: rollback.yml ended with failure',
      'Error: 503 from /health',
      'service sh\\_op · started by ada',
      '[Run again] [Timeline]',
    ])
  })
  it('says which item of a list is under way, and why one failed without its place in the list', () => {
    const list = definitionSchema.parse({
      name: 'grow',
      steps: { grow: { title: 'Traffic', forEach: '[5, 25, 100]', workflow: 'canary-step' } },
    })
    const going: StepState = { ...step('grow', 'running')[1], output: ['5', '25', '100'] }
    const item = (key: string, status: StepState['status']): [string, StepState] => [
      key,
      { ...step(key, status)[1], id: 'grow' },
    ]
    const now = snapshot({}, ['grow', going], item('grow[0]', 'succeeded'), item('grow[1]', 'waiting'))
    expect(shown(runCard({ ...now, definition: list }, []))).toContain('◑ **Traffic**: 1 of 3, now 25')
    const error = 'grow[1]: WF-9 failed: healthy failed: At 25 % of the traffic 18 % of the requests fail'
    const ended = snapshot({ status: 'failed', reason: `grow failed: ${error}` }, step('grow', 'failed', error))
    expect(shown(runCard({ ...ended, definition: list }, []))).toContain(
      '✗ **Traffic**: At 25 % of the traffic 18 % of the requests fail',
    )
  })
  it('of another workspace takes answers alone: its commands would mean another run there', () => {
    const approval: Approval = {
      workspace: 'slack:T1',
      id: 'a1',
      runId: 'r1',
      step: 'ask',
      attempt: 1,
      state: 'open',
      subject: 'Ship it?',
      code: 'c0de',
      rules: { approvers: ['role:maintainer'], quorum: 2, self: false, default: 'reject', places: [] },
      startedBy: 'slack:U1',
      dueAt: null,
    }
    const votes = [
      { voter: 'slack:U2', name: 'ben', vote: 'approve', reason: null, delegate: null, voice: null, jobId: 'j' },
    ] as const
    const asks = snapshot({}, step('ask', 'waiting'))
    const lines = shown(runCard(asks, [{ approval, votes }], true))
    expect(lines.slice(0, 4)).toEqual([
      '⚑ ship · WF-4 waits for approval',
      'Ship it?',
      'Needs 2 approvals · so far: ben · May answer: every maintainer, except who started it',
      '[Approve] [Reject]',
    ])
    expect(lines.filter((line) => line.startsWith('['))).toHaveLength(1)
    expect(lines).toContain('service sh\\_op · started by ada in Slack')
    expect(shown(runCard(asks, [{ approval, votes }])).at(-1)).toBe('[Pause] [Cancel]')
  })
})
