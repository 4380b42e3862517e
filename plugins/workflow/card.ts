import { type Action, artifactLines, type Block, type Message } from '#contract'
import { type Asked, questionBlocks } from './approvals/show.ts'
import { artifactsOf } from './artifacts.ts'
import { below, inGroups, inLines, plain, type StepLine, stepLines } from './card-lines.ts'
import type { Definition } from './definition/schema.ts'
import { brief } from './expression/brief.ts'
import { isOver, type RunState, type RunStatus } from './plan/state.ts'
import type { Snapshot } from './runs/run.ts'

const LOOKS: Readonly<Record<RunStatus, readonly [mark: string, words: string]>> = {
  pending: ['○', 'waits for its turn'],
  running: ['▶', 'is under way'],
  paused: ['‖', 'is paused'],
  cancelling: ['⊘', 'is being cancelled'],
  compensating: ['↩', 'is being taken back'],
  succeeded: ['✔', 'succeeded'],
  failed: ['✘', 'failed'],
  cancelled: ['⊘', 'was cancelled'],
}
const ASKS: readonly [string, string] = ['⚑', 'waits for approval']
const MAX_LOG = 600
const MAX_INPUT = 60

/**
 * The one card of a run: what it is, what it asks for, how far it is, and what can be done about it. `elsewhere`: in a place of another workspace,
 * where commands mean other runs; an answer to a question carries what it is about and counts from there too. Pure.
 */
export function runCard(
  { run, definition, state }: Snapshot,
  asked: readonly Asked[],
  elsewhere = false,
  nowMs: number = run.createdAt.getTime(),
): Message {
  const { reference } = state.about
  const [mark, words] = asked.length > 0 && state.status === 'running' ? ASKS : LOOKS[state.status]
  const title = `${run.name} · ${reference} ${words}`
  const lines = stepLines(definition, state)
  const shown = lines.filter(({ isWord, status }) => !isWord || status === 'failed')
  const reason = reasonBeside(state)
  const log = logOf(state)
  const left = artifactLines(artifactsOf(definition, state), nowMs)
  // Its number counts where it was started: here another run may have the same one.
  const origin = elsewhere ? ` in ${placeName(run.workspace)}` : ''
  const note = [...givenInputs(definition, state), `started by ${run.startedBy.name}${origin}`].join(' · ')
  const items = elsewhere ? [] : actions(reference, state)
  return {
    text: [
      title,
      ...(state.reason === null ? [] : [state.reason]),
      ...inLines(lines),
      ...(left === null ? [] : [left.text]),
      ...asked.map(({ approval }) => approval.subject),
    ].join('\n'),
    blocks: [
      { kind: 'heading', text: `${mark} ${title}` },
      ...asked.flatMap((one) => questionBlocks(reference, one)),
      ...(reason === '' ? [] : [{ kind: 'text', markdown: `**${plain(reason)}**` } as const]),
      { kind: 'text', markdown: shownLines(shown, asked) },
      ...(log === '' ? [] : [{ kind: 'code', text: log } as const]),
      ...(left === null ? [] : [{ kind: 'text', markdown: left.markdown } as const]),
      { kind: 'note', markdown: plain(note) },
      ...(items.length > 0 ? [{ kind: 'actions', items } as const] : []),
    ] satisfies readonly Block[],
  }
}

/** 'slack:T1' as people call it: Slack. */
function placeName(workspace: string): string {
  const [plugin = ''] = workspace.split(':', 1)
  return `${plugin.charAt(0).toUpperCase()}${plugin.slice(1)}`
}
function shownLines(lines: readonly StepLine[], asked: readonly Asked[]): string {
  // What is asked stands above, with its buttons.
  const all = lines.map((line) =>
    asked.length > 0 && line.status === 'waiting' && line.sign === '◷' ? { ...line, detail: '' } : line,
  )
  if (lines.length > 40) return inLines(all).map(plain).join('\n')
  return inGroups(all)
    .map(({ sign, title, detail }) => {
      const isNow = ['◑', '◷', '✗', '↩'].includes(sign)
      return `${sign} ${isNow ? `**${plain(title)}**` : plain(title)}${plain(detail)}`
    })
    .join('\n')
}
/** Why the run stands as it does, as far as the line of a step does not say it. */
function reasonBeside({ reason, steps }: RunState): string {
  if (reason === null) return ''
  for (const { status, error } of steps.values()) {
    if (status !== 'failed' || error === null) continue
    const at = reason.indexOf(error)
    if (at >= 0) return brief(reason.slice(at + error.length).replace(/^[\s·]+/, ''))
  }
  return brief(reason)
}
/** The last lines of what failed first. */
function logOf({ steps }: RunState): string {
  for (const { status, error } of steps.values())
    if (status === 'failed' && below(error) !== '') return below(error).slice(-MAX_LOG)
  return ''
}
/** What somebody gave, and not what was there anyway. */
function givenInputs(definition: Definition, { inputs }: RunState): readonly string[] {
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) return []
  const given = new Map<string, unknown>(Object.entries(inputs))
  return Object.entries(definition.inputs).flatMap(([name, spec]) => {
    const value = given.get(name)
    if (value === undefined || value === null || typeof value === 'object' || value === spec.default) return []
    const said = String(value)
    // Addresses are for machines; what is long is in the timeline.
    return said === '' || said.length > MAX_INPUT || /^https?:/.test(said) ? [] : [`${name} ${said}`]
  })
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
