import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const digest = (text: string | Buffer) => createHash('sha256').update(text).digest()

/**
 * The id of what is created for a key: the same key again is the same id, which Linear refuses to create twice. It has the shape of a UUID v4, and
 * its end follows from its beginning, so that what the hub made is known wherever its id is read.
 */
export function idFor(key: string): string {
  const head = digest(`autodevhub linear ${key}`).subarray(0, 10)
  head[6] = ((head[6] ?? 0) & 0x0f) | 0x40
  head[8] = ((head[8] ?? 0) & 0x3f) | 0x80
  const hex = Buffer.concat([head, tailOf(head)]).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
/** Did the hub choose this id? Linear lets nobody choose one in its own apps. */
export function isOwnId(id: string): boolean {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) return false
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex')
  return tailOf(bytes.subarray(0, 10)).equals(bytes.subarray(10))
}
function tailOf(head: Buffer): Buffer {
  return digest(Buffer.concat([Buffer.from('autodevhub linear own '), head])).subarray(0, 6)
}

/** What stands in the last line of a section: whose it is, and how the hub left it. */
export interface SectionMark {
  readonly storyRef: string
  readonly hash: string
  /** Digests of the notes the hub wrote, so that a line somebody added beside them is not taken for one. */
  readonly notes: readonly string[]
}
const MARK = /^hub:([\w-]{1,40}):([0-9a-f]{12}):((?:[0-9a-f]{6}\.?)*):([0-9a-f]{16})$/

/** Bound to the issue by a key that people do not have: a mark that was copied from another issue, or made up, proves nothing. */
export interface Marker {
  write(issueId: string, mark: SectionMark): string
  /** null unless the text has the form of a mark; `proven` when it was made for this issue. */
  read(issueId: string, text: string): (SectionMark & { readonly proven: boolean }) | null
}
export function createMarker(secret: string): Marker {
  const key = createHmac('sha256', secret).update('linear section v1').digest()
  const macOf = (issueId: string, text: string) =>
    createHmac('sha256', key).update(`${issueId} ${text}`).digest('hex').slice(0, 16)
  const words = ({ storyRef, hash, notes }: SectionMark) => `hub:${storyRef}:${hash}:${notes.join('.')}`
  return {
    write: (issueId, mark) => `${words(mark)}:${macOf(issueId, words(mark))}`,
    read(issueId, text) {
      const [, storyRef, hash, notes = '', mac] = MARK.exec(text) ?? []
      if (storyRef === undefined || hash === undefined || mac === undefined) return null
      const mark = { storyRef, hash, notes: notes === '' ? [] : notes.split('.') }
      const proven = timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(issueId, words(mark))))
      return { ...mark, proven }
    },
  }
}
