import { createHash } from 'node:crypto'

const digest = (text: string, size: number) => createHash('sha256').update(text).digest('hex').slice(0, size)

/** What makes a comment ours, invisible to readers. A person who edits a comment can remove it. */
export function markOf(key: string): string {
  return `<!-- hub:delivery=${digest(key, 40)} -->`
}

/** Of an issue that is found again by its key, and of a comment. */
export function keyMark(kind: 'issue' | 'comment' | 'proposal', key: string): string {
  return `<!-- hub:${kind}=${digest(`${kind} ${key}`, 40)} -->`
}
/** Edits of one commit, as their short name: the same edits again are no new commit. */
export function editsOf(files: readonly { readonly path: string; readonly blob: string | null }[]): string {
  const sorted = files.map(({ path, blob }) => [path, blob]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return digest(JSON.stringify(sorted), 20)
}
/** Last line of our commits. It holds for this content on this branch alone: amended, rebased or picked elsewhere it is somebody else's. */
export function commitMark(branch: string, tree: string, edits: string): string {
  return `AutoDevHub-Change: ${edits}-${digest(`${branch}\n${tree}\n${edits}`, 20)}`
}
/** Edits of a commit that carries our mark; null for a commit that is not ours. */
export function markedEdits(branch: string, tree: string, message: string): string | null {
  const [, edits] = /^AutoDevHub-Change: ([0-9a-f]{20})-[0-9a-f]{20}$/m.exec(message) ?? []
  return edits !== undefined && message.includes(commitMark(branch, tree, edits)) ? edits : null
}

/** Id that Git gives a content. */
export function blobId(text: string): string {
  const bytes = Buffer.from(text)
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex')
}
