/** One whole answer at the beginning of what a connection has received. */
export interface Answer {
  readonly status: string
  /** Bytes it takes up. */
  readonly length: number
}

/** The first answer in the buffer, or null while it is incomplete. Of a length told in advance, chunked, or without a body. */
export function readAnswer(received: Buffer): Answer | null {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return null
  const head = received.toString('latin1', 0, headEnd)
  const status = head.slice(9, 12)
  const bodyAt = headEnd + 4
  if (status === '204' || status === '304') return { status, length: bodyAt }
  const told = /^content-length: *(\d+)/im.exec(head)
  const end = told
    ? bodyAt + Number(told[1])
    : /^transfer-encoding: *chunked/im.test(head)
      ? chunksEnd(received, bodyAt)
      : null
  if (end === null) {
    if (told || /^transfer-encoding:/im.test(head)) return null
    throw new Error(`an answer without a length:\n${head}`)
  }
  return end <= received.length ? { status, length: end } : null
}

/** Where a chunked body ends, or null while it is incomplete: https://www.rfc-editor.org/rfc/rfc9112#section-7.1 */
function chunksEnd(received: Buffer, start: number): number | null {
  for (let at = start; ; ) {
    const lineEnd = received.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(received.toString('latin1', at, lineEnd), 16)
    if (!(size >= 0)) throw new Error('a chunk without a size')
    if (size > 0) {
      at = lineEnd + 2 + size + 2
      continue
    }
    // The last chunk is followed by trailers, of which there may be none, and an empty line.
    if (received.toString('latin1', lineEnd + 2, lineEnd + 4) === '\r\n') return lineEnd + 4
    const trailersEnd = received.indexOf('\r\n\r\n', lineEnd + 2)
    return trailersEnd < 0 ? null : trailersEnd + 4
  }
}
