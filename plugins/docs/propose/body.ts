import { driftLine } from '../drift/issue.ts'
import type { Edit, Finding } from '../drift/store.ts'
import type { Generated } from '../generate/sections.ts'
import type { Indexed } from '../index/store.ts'
import { code, count, plain } from '../text.ts'

/** What a reviewer reads: for each document what was changed and which line of the code says so. */
export function proposalBody(
  indexed: Indexed,
  edits: readonly Edit[],
  generated: readonly Generated[],
  left: readonly Finding[],
  notes: readonly string[],
): string {
  const address = (file: string, line = '') =>
    `${indexed.url}/blob/${indexed.sha}/${file.split('/').map(encodeURIComponent).join('/')}${line}`
  const lines = new Map<string, string[]>()
  const add = (path: string, line: string) => void lines.set(path, [...(lines.get(path) ?? []), line])
  for (const { path, why, cites, heading } of edits) {
    const [file = '', line = ''] = cites.split('#')
    const where = heading === '' ? '' : `${plain(heading.split(' › ').at(-1) ?? '')}: `
    add(path, `- ${where}${plain(why).replaceAll('@', '@\u200B')} ([${plain(file)}](${address(file, `#${line}`)}))`)
  }
  for (const { path, from, kind } of generated)
    add(
      path,
      kind === 'changelog'
        ? `- what is not released yet, from what was merged since [${plain(from)}](${indexed.url}/compare/${encodeURIComponent(from)}...${indexed.sha})`
        : kind === 'architecture'
          ? `- diagram made from the imports of [${plain(from)}](${from === '.' ? `${indexed.url}/tree/${indexed.sha}` : address(from).replace('/blob/', '/tree/')})`
          : `- section made from [${plain(from)}](${address(from)})`,
    )
  const documents = [...lines].map(([path, all]) => `### ${plain(path)}\n\n${all.join('\n')}`)
  const open = left.map(({ drift }) => `- ${code(drift.document)} line ${drift.line}: ${driftLine(drift)}`)
  return [
    `The code of ${code(indexed.branch)} has changed; ${count(lines.size, 'document')} follow${lines.size === 1 ? 's' : ''} it here.`,
    ...documents,
    ...(open.length > 0 ? [`### Left for you\n\n${open.slice(0, 20).join('\n')}`] : []),
    `<sub>${[...notes, 'Closing this declines these changes; they are not proposed again.'].map(plain).join(' · ')}</sub>`,
  ].join('\n\n')
}
