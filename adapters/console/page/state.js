import { el } from './dom.js'

/** After this long without an answer a line counts as not confirmed. */
const SENDING_MS = 10_000

/** What is said under a typed line: a tone, words, and whether the line can be sent again. */
function stateOf(row) {
  const about = row.announce ? ` · ${row.announce}` : ''
  const again = row.attempts > 1 ? ` (attempt ${row.attempts})` : ''
  switch (row.jobState) {
    case 'sending':
      return Date.now() - Date.parse(row.createdAt) < SENDING_MS
        ? { tone: 'busy', words: 'Sending' }
        : { tone: 'bad', words: 'Not confirmed', retry: 'Send again' }
    case 'refused':
      return { tone: 'bad', words: `Not taken: ${row.error}`, retry: 'Try again' }
    case 'queued':
      return { tone: 'busy', words: `Queued${about}` }
    case 'pending':
      return row.attempts > 0
        ? { tone: 'wait', words: `Waiting to try again after attempt ${row.attempts}: ${row.error ?? 'it failed'}` }
        : { tone: 'busy', words: `Queued${about}` }
    case 'running':
      return { tone: 'busy', words: `Working${again}${about}` }
    case 'done':
      return { tone: 'good', words: 'Done' }
    case 'cancelled':
      return { tone: 'wait', words: 'Cancelled' }
    case 'dead':
      return {
        tone: 'bad',
        words: `Failed after ${row.attempts} ${row.attempts === 1 ? 'attempt' : 'attempts'}: ${row.error ?? 'no reason given'}`,
        cure: `npm run hub -- jobs retry ${row.jobId}`,
      }
    default:
      return { tone: 'wait', words: row.announce ?? '' }
  }
}

export function stateLine(row, onRetry) {
  const { tone, words, retry, cure } = stateOf(row)
  return el('p', { class: `state ${tone}`, 'data-state': row.jobState, title: row.jobId ? `Job ${row.jobId}` : null }, [
    el('span', { class: 'dot', 'aria-hidden': 'true' }),
    el('span', { dir: 'auto' }, words),
    retry && el('button', { type: 'button', class: 'quiet', onclick: onRetry }, retry),
    cure && el('code', {}, cure),
  ])
}
