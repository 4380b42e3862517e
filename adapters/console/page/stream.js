/** A hidden tab lets go of its connection after this long: browsers allow six for one host over HTTP/1.1. */
const HIDDEN_MS = 60_000
const RETRY_MS = 2_000

/**
 * Rows of a thread as they change, from revision `after` on. The browser reconnects by itself and names the last revision it saw; where it
 * gives up (the hub answered with an error), we come back from the last revision we saw. `onState`: live, lost, refused.
 */
export function openStream(thread, after, { onRow, onState }) {
  let cursor = after
  let source = null
  let timer = null
  const close = () => {
    clearTimeout(timer)
    source?.close()
    source = null
  }
  const open = () => {
    close()
    source = new EventSource(`/console/events?thread=${thread}&after=${cursor}`)
    source.addEventListener('open', () => onState('live'))
    source.addEventListener('row', (event) => {
      cursor = Number(event.lastEventId)
      onRow(JSON.parse(event.data))
    })
    source.addEventListener('error', () => {
      const gaveUp = source?.readyState === EventSource.CLOSED
      onState(gaveUp ? 'refused' : 'lost')
      if (gaveUp) timer = setTimeout(open, RETRY_MS)
    })
  }
  const onVisibility = () => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(close, HIDDEN_MS)
    else if (source === null || source.readyState === EventSource.CLOSED) open()
  }
  document.addEventListener('visibilitychange', onVisibility)
  open()
  return {
    close() {
      document.removeEventListener('visibilitychange', onVisibility)
      close()
    },
  }
}
