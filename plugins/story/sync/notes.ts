import type { StoryDraft } from '../version.ts'
import { refusal, refusalOf } from './apply.ts'
import type { StoryChange, SyncConflict } from './merge.ts'

const SHOWN_TITLE = 60

/** Below the criteria, where whoever works on the issue reads it. */
export function notesOf(
  reference: string,
  draft: StoryDraft,
  found: {
    readonly stale: readonly string[]
    readonly conflicts: readonly SyncConflict[]
    readonly refused: readonly StoryChange[]
  },
): string[] {
  const disputed = found.conflicts.map((conflict) => ({ id: conflict.id, reason: refusalOf(draft, conflict) }))
  const open = disputed.filter(({ reason }) => reason === null).map(({ id }) => id)
  return [
    ...(found.stale.length > 0 ? [`${found.stale.join(', ')}: the text this comes from has changed`] : []),
    ...(open.length > 0
      ? [`${open.join(', ')}: worded differently in ${reference}; both stand until somebody decides`]
      : []),
    ...disputed.flatMap(({ id, reason }) =>
      reason === null ? [] : [`${id} does not fit into ${reference}, so both wordings stand. ${reason}`],
    ),
    ...found.refused.flatMap((change) => {
      const reason = change.kind === 'add' ? refusal(draft, change) : null
      return change.kind === 'add' && reason !== null
        ? [`“${cut(change.tracked.title)}” does not fit into ${reference} and stands here alone. ${reason}`]
        : []
    }),
  ]
}
const cut = (text: string): string => (text.length <= SHOWN_TITLE ? text : `${text.slice(0, SHOWN_TITLE - 1)}…`)
