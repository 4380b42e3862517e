import { driftLine } from '../drift/issue.ts'
import type { Edit, Finding } from '../drift/store.ts'
import type { Indexed } from '../index/store.ts'
import { code, count, plain } from '../text.ts'

/** What a reviewer reads: for each document what was changed and which line of the code says so. */
export function proposalBody(
  indexed: Indexed,
  edits: readonly Edit[],
  left: readonly Finding[],
  notes: readonly string[],
): string {
  const documents = [...Map.groupBy(edits, ({ path }) => path)].map(([path, all]) => {
    const lines = all.map(({ why, cites, heading }) => {
      const [file = '', line = ''] = cites.split('#')
      const address = `${indexed.url}/blob/${indexed.sha}/${file.split('/').map(encodeURIComponent).join('/')}#${line}`
      const where = heading === '' ? '' : `${plain(heading.split(' › ').at(-1) ?? '')}: `
      return `- ${where}${plain(why).replaceAll('@', '@\u200B')} ([${plain(file)}](${address}))`
    })
    return `### ${plain(path)}\n\n${lines.join('\n')}`
  })
  const open = left.map(({ drift }) => `- ${code(drift.document)} line ${drift.line}: ${driftLine(drift)}`)
  return [
    `The code of ${code(indexed.branch)} has changed; ${count(Map.groupBy(edits, ({ path }) => path).size, 'document')} follow${Map.groupBy(edits, ({ path }) => path).size === 1 ? 's' : ''} it here.`,
    ...documents,
    ...(open.length > 0 ? [`### Left for you\n\n${open.slice(0, 20).join('\n')}`] : []),
    `<sub>${[...notes, 'Closing this declines these changes; they are not proposed again.'].map(plain).join(' · ')}</sub>`,
  ].join('\n\n')
}
