import { type Definition, kindOf } from './definition/schema.ts'
import { brief } from './expression/brief.ts'
import { ENDED_STEPS, hasEnded, type RunState, readKey, type StepState } from './plan/state.ts'

const SIGNS: Readonly<Record<StepState['status'] | 'ahead', string>> = {
  ahead: '○',
  // Its job begins within milliseconds: one sign for both.
  queued: '◑',
  running: '◑',
  waiting: '◷',
  succeeded: '✓',
  failed: '✗',
  skipped: '–',
  blocked: '–',
  cancelled: '⊘',
}
const ENDED: ReadonlySet<string> = new Set(ENDED_STEPS)
const MAX_LINES = 20
const MAX_ITEM = 40

export interface StepLine {
  readonly sign: string
  readonly title: string
  /** ': rejected by Ada', or nothing. */
  readonly detail: string
  readonly status: StepState['status'] | 'ahead'
  /** It only tells people something, and they see that it did. */
  readonly isWord: boolean
}

/** Every step of a run, and below them what was taken back. Pure. */
export function stepLines(definition: Definition, state: RunState): readonly StepLine[] {
  const titleOf = (id: string) => definition.steps[id]?.title ?? id
  const all = Object.entries(definition.steps).map(([id, step]): StepLine => {
    const now = state.steps.get(id)
    const status = now?.status ?? 'ahead'
    // What waits for a run of its own is at work.
    const sign = status === 'waiting' && kindOf(step) === 'workflow' ? SIGNS.running : SIGNS[status]
    return {
      status,
      sign,
      title: titleOf(id),
      detail: detail(id, kindOf(step), now, state),
      isWord: step.notify !== undefined,
    }
  })
  const undone = [...state.steps.values()]
    .filter(({ key }) => readKey(key).isUndo)
    .map(({ id, status, error }): StepLine => {
      const said =
        status === 'failed'
          ? ` could not be taken back: ${brief(error)}`
          : ENDED.has(status)
            ? ' is taken back'
            : ' is being taken back'
      return { status, sign: '↩', title: titleOf(id), detail: said, isWord: false }
    })
  return [...all, ...undone]
}

/** One line for each step; of a long run what is done well, and what lies ahead, is counted. */
export function inLines(lines: readonly StepLine[]): readonly string[] {
  const line = ({ sign, title, detail: said }: StepLine) => `${sign} ${title}${said}`
  if (lines.length <= MAX_LINES) return lines.map(line)
  const isQuiet = (status: string) => status === 'ahead' || ENDED.has(status)
  const told = lines.filter(({ status }) => status === 'failed' || !isQuiet(status)).slice(0, MAX_LINES)
  const count = (status: string) => lines.filter((one) => one.status === status).length
  return [...told.map(line), `${count('succeeded')} of ${lines.length} steps done, ${count('ahead')} ahead`]
}

/** As people look at it: neighbours that stand the same share a line, so that what is going on stands out. No line of it begins with a dot. */
export function inGroups(lines: readonly StepLine[]): readonly StepLine[] {
  const groups: StepLine[] = []
  for (const line of lines) {
    const last = groups.at(-1)
    const isSame = last?.sign === line.sign && last.detail === '' && line.detail === '' && line.sign !== '↩'
    if (last && isSame) groups[groups.length - 1] = { ...last, title: `${last.title}\u00a0· ${line.title}` }
    else groups.push(line)
  }
  return groups
}

/** What stands below the first line of why something failed: the end of a log. */
export const below = (text: string | null): string => (text ?? '').split('\n').slice(1).join('\n').trim()

/** Words of others inside markdown keep their meaning and lose their marks. */
export const plain = (text: string): string => text.replace(/([\\`*_[\]<>~|])/g, '\\$1')

function detail(id: string, kind: string, now: StepState | undefined, state: RunState): string {
  if (!now) return ''
  if (now.status === 'failed') return `: ${brief(now.error)}`
  if (now.status === 'waiting' && kind !== 'workflow') return kind === 'approval' ? ': waits for approval' : ': waits'
  const again = now.attempt > 1 && !hasEnded(now) ? ` (attempt ${now.attempt}: ${brief(now.error)})` : ''
  if (now.status !== 'running' || !Array.isArray(now.output)) return again
  const items = [...state.steps.values()].filter((step) => step.id === id && step.key !== id)
  const open = items.filter((step) => !hasEnded(step))
  const at = open.length === 1 ? now.output[readKey(open[0]?.key ?? '').index ?? -1] : undefined
  const isNamed = (typeof at === 'string' || typeof at === 'number') && String(at).length <= MAX_ITEM
  return `: ${items.filter(hasEnded).length} of ${now.output.length}${isNamed ? `, now ${at}` : ''}`
}
