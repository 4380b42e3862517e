import { messageContent } from './blocks.js'
import { announce, byId, el } from './dom.js'
import { stateLine } from './state.js'

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
/** A typed text above this many characters or lines is folded. */
const LONG = { chars: 700, lines: 8 }
/** An edited message is read out once it has stood still this long: progress would chatter. */
const SETTLE_MS = 1_000

/** The rows of the open thread on the screen. `press(action, button, row)` and `retry(row)` come from the app. */
export function makeThreadView({ press, retry, isCommand }) {
  const log = byId('log')
  const scroller = byId('scroller')
  const jump = byId('jump')
  let shown = new Map()
  let settle = null

  const keyOf = (row) => `${row.side}:${row.key}`
  const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80
  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight
    jump.hidden = true
  }
  /** Follows what is new to its end; an answer taller than the window is shown from the line it answers. */
  function follow(node) {
    if (!node.matches('.delivered') || node.offsetHeight < scroller.clientHeight) return toEnd()
    const start = node.previousElementSibling?.matches('.typed') ? node.previousElementSibling : node
    scroller.scrollTop += start.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 16
  }
  jump.addEventListener('click', toEnd)
  scroller.addEventListener('scroll', () => {
    if (atEnd()) jump.hidden = true
  })

  function typed(row) {
    const { text } = row.message
    const long = text.length > LONG.chars || text.split('\n').length > LONG.lines
    const line = el('p', { class: long ? 'line folded' : 'line', dir: 'auto' }, [
      isCommand(text) && el('span', { class: 'slash' }, '/'),
      text,
    ])
    const unfold = () => {
      const folded = line.classList.toggle('folded')
      more.textContent = folded ? 'Show all' : 'Show less'
      more.setAttribute('aria-expanded', String(!folded))
    }
    const more = el('button', { type: 'button', class: 'quiet', 'aria-expanded': 'false', onclick: unfold }, 'Show all')
    return [el('h2', { class: 'sr' }, 'You typed'), line, long && more, stateLine(row, () => retry(row))]
  }
  function delivered(row) {
    const when = new Date(row.createdAt)
    const content = messageContent(row, (action, button) => press(action, button, row))
    const time = el('time', { datetime: when.toISOString(), title: FULL.format(when) }, TIME.format(when))
    return [
      el('h2', { class: 'sr' }, 'Hub answered'),
      ...content,
      el('footer', {}, time, row.editedAt ? ' · edited' : null),
    ]
  }
  const contentOf = (row) => (row.side === 'typed' ? typed(row) : delivered(row)).filter(Boolean)

  /** Redraws a row where it stands; the keyboard stays on the same button where there still is one. */
  function redraw(entry, row) {
    const focused = entry.node.contains(document.activeElement) ? document.activeElement : null
    const run = focused?.getAttribute('data-run')
    entry.node.replaceChildren(...contentOf(row))
    if (focused) {
      const buttons = [...entry.node.querySelectorAll('button')]
      const next = buttons.find((button) => run !== null && button.getAttribute('data-run') === run)
      ;(next ?? entry.node).focus({ preventScroll: true })
    }
    if (row.side === 'delivered') {
      clearTimeout(settle)
      settle = setTimeout(() => announce(row.message.text.slice(0, 300)), SETTLE_MS)
    } else if (row.jobState !== entry.row.jobState && ['dead', 'refused'].includes(row.jobState)) {
      announce(`Failed: ${row.error}`)
    }
    entry.row = row
  }
  function add(row) {
    const node = el('article', { class: row.side, tabindex: -1 }, contentOf(row))
    const later = [...shown.values()].find((entry) => entry.row.seq > row.seq)
    log.insertBefore(node, later?.node ?? null)
    // Kept in reading order, so that a late row finds its place.
    const entries = [...shown, [keyOf(row), { row, node }]]
    if (later) entries.sort(([, a], [, b]) => a.row.seq - b.row.seq)
    shown = new Map(entries)
  }

  return {
    /** A row as it is now; an older revision of one that is shown is dropped. Revision 0: not known to the hub yet. */
    put(row) {
      const following = atEnd()
      const entry = shown.get(keyOf(row))
      if (entry && (row.rev < entry.row.rev || (row.rev === entry.row.rev && row.rev > 0))) return
      // A line sent from here had no place in the order until the hub took it.
      if (entry && entry.row.seq !== row.seq) {
        entry.node.remove()
        shown.delete(keyOf(row))
        add(row)
      } else if (entry) redraw(entry, row)
      else add(row)
      if (following || row.rev === 0) follow(shown.get(keyOf(row)).node)
      else if (!entry) jump.hidden = false
    },
    /** Rows that were there before: shown at once and not read out. */
    replace(rows) {
      log.setAttribute('aria-busy', 'true')
      log.replaceChildren()
      shown = new Map()
      for (const row of rows) add(row)
      log.setAttribute('aria-busy', 'false')
      toEnd()
    },
    /** Older rows, above; what is being read does not move. */
    prepend(rows) {
      const fromEnd = scroller.scrollHeight - scroller.scrollTop
      for (const row of rows) if (!shown.has(keyOf(row))) add(row)
      scroller.scrollTop = scroller.scrollHeight - fromEnd
    },
    get firstSeq() {
      return [...shown.values()][0]?.row.seq
    },
    get isEmpty() {
      return shown.size === 0
    },
  }
}
