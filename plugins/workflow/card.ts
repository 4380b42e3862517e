import type { Action, Block, Message } from '#contract'
import { type Asked, questionBlocks } from './approvals/show.ts'
import { type Definition, kindOf } from './definition/schema.ts'
import { ENDED_STEPS, hasEnded, isOver, type RunState, type RunStatus, readKey, type StepState } from './plan/state.ts'
import type { Snapshot } from './runs/run.ts'

const SIGNS: Readonly<Record<StepState['status'] | 'ahead', string>> = {
  ahead: '○',
  // Its job begins within milliseconds: one sign for both.
  queued: '◑',
  running: '◑',
  waiting: '⏸',
  succeeded: '✓',
  failed: '✗',
  skipped: '–',
  blocked: '–',
  cancelled: '⊘',
}
const WORDS: Readonly<Record<RunStatus, string>> = {
  pending: 'waits for its turn',
  running: 'is under way',
  paused: 'is paused',
  cancelling: 'is being cancelled',
  compensating: 'is being taken back',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
}
const MAX_LINES = 20

/** The one card of a run: what it is, how far it is, what it asks for, and what can be done about it. Pure. */
export function runCard({ run, definition, state }: Snapshot, asked: readonly Asked[]): Message {
  const { reference } = state.about
  const waits = asked.length > 0 && state.status === 'running' ? 'waits for approval' : WORDS[state.status]
  const title = `${run.name} · ${reference} ${waits}`
  const lines = stepLines(definition, state)
  const blocks: Block[] = [
    { kind: 'heading', text: title },
    ...(state.reason === null ? [] : [{ kind: 'text', markdown: state.reason } as const]),
    { kind: 'text', markdown: lines.join('\n') },
    ...asked.flatMap((one) => questionBlocks(reference, one)),
    { kind: 'note', markdown: `${givenInputs(state)}started by ${run.startedBy.name} · version ${run.version}` },
  ]
  const items = actions(reference, state)
  return {
    text: [
      title,
      ...(state.reason === null ? [] : [state.reason]),
      ...lines,
      ...asked.map(({ approval }) => approval.subject),
    ].join('\n'),
    blocks: items.length > 0 ? [...blocks, { kind: 'actions', items }] : blocks,
  }
}

function stepLines(definition: Definition, state: RunState): readonly string[] {
  const all = Object.entries(definition.steps).map(([id, step]) => {
    const now = state.steps.get(id)
    const sign = SIGNS[now?.status ?? 'ahead']
    return {
      status: now?.status ?? 'ahead',
      line: `${sign} ${step.title ?? id}${detail(id, kindOf(step), now, state)}`,
    }
  })
  const undone = [...state.steps.values()]
    .filter(({ key }) => readKey(key).isUndo)
    .map((step) => ({
      status: step.status,
      line: `↩ ${step.id}${step.status === 'failed' ? `: ${short(step.error)}` : ''}`,
    }))
  const lines = [...all, ...undone]
  if (lines.length <= MAX_LINES) return lines.map(({ line }) => line)
  // Of a long one what is done well, and what lies ahead, is counted.
  const isQuiet = (status: string) => status === 'ahead' || (ENDED_STEPS as readonly string[]).includes(status)
  const told = lines.filter(({ status }) => status === 'failed' || !isQuiet(status)).slice(0, MAX_LINES)
  const count = (status: string) => lines.filter((one) => one.status === status).length
  return [
    ...told.map(({ line }) => line),
    `${count('succeeded')} of ${lines.length} steps done, ${count('ahead')} ahead`,
  ]
}
function detail(id: string, kind: string, now: StepState | undefined, state: RunState): string {
  if (!now) return ''
  if (now.status === 'failed') return `: ${short(now.error)}`
  if (now.status === 'waiting')
    return kind === 'approval' ? ': waits for approval' : kind === 'workflow' ? ': its workflow runs' : ': waits'
  const again = now.attempt > 1 && !hasEnded(now) ? ` (attempt ${now.attempt}: ${short(now.error)})` : ''
  if (now.status !== 'running' || !Array.isArray(now.output)) return again
  const items = [...state.steps.values()].filter((step) => step.id === id && step.key !== id)
  return `: ${items.filter(hasEnded).length} of ${now.output.length}`
}
const short = (text: string | null): string => {
  const line = (text ?? '').split('\n', 1)[0] ?? ''
  return line.length > 160 ? `${line.slice(0, 159)}…` : line
}
function givenInputs({ inputs }: RunState): string {
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) return ''
  const said = Object.entries(inputs)
    .filter(([, value]) => value !== null && typeof value !== 'object')
    .map(([name, value]) => `${name} ${String(value)}`)
  return said.length > 0 ? `${said.join(', ').slice(0, 200)} · ` : ''
}
function actions(reference: string, { status }: RunState): readonly Action[] {
  const button = (label: string, run: string, more: { style?: 'danger'; confirm?: string } = {}): Action => ({
    kind: 'button',
    label,
    run: `workflow ${run} ${reference}`,
    ...more,
  })
  if (isOver(status))
    return [...(status === 'succeeded' ? [] : [button('Run again', 'rerun')]), button('Timeline', 'status')]
  const cancel = button('Cancel', 'cancel', { style: 'danger', confirm: `Cancel ${reference}?` })
  if (status === 'paused') return [button('Resume', 'resume'), cancel]
  return status === 'running' ? [button('Pause', 'pause'), cancel] : status === 'pending' ? [cancel] : []
}
