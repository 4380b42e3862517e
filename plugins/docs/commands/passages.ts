import type { Block } from '#contract'
import type { Quoted } from '../ask/answer.ts'
import { STORIES } from '../index/scope.ts'
import type { Indexed, Passage } from '../index/store.ts'
import { lineLink, sameRepository } from '../links.ts'
import { excerptOf } from '../search/excerpt.ts'
import { clip, plain } from '../text.ts'

/** 'docs/setup.md › Install · L10–20', linked to these lines at the commit that was read. */
function sourceLine(repositories: readonly Indexed[], passage: Passage, startLine: number, endLine: number): string {
  const of = repositories.find((one) => sameRepository(one, passage))
  const lines = startLine === endLine ? `L${startLine}` : `L${startLine}–${endLine}`
  if (sameRepository(passage, STORIES)) return `**${plain(passage.path)}** · ${plain(clip(passage.heading, 100))}`
  const last = passage.heading.split(' › ').at(-1) ?? ''
  const what = plain(clip([passage.path, last].filter((part) => part !== '').join(' › '), 120))
  const several = repositories.filter((one) => !sameRepository(one, STORIES)).length > 1
  const where = several ? `${plain(passage.repository)}: ` : ''
  const link = of ? lineLink({ ...of, sha: passage.sha ?? of.sha }, passage.path, startLine, endLine) : null
  return link ? `${where}[${what} · ${lines}](${link})` : `${where}${what} · ${lines}`
}

export function passageBlock(
  repositories: readonly Indexed[],
  passage: Passage,
  weights: ReadonlyMap<string, number>,
): Block {
  const excerpt = excerptOf(passage, weights)
  const shown = excerpt.marked
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `> ${quotedLine(line)}`)
    .join('\n')
  return {
    kind: 'text',
    markdown: `${sourceLine(repositories, passage, excerpt.startLine, excerpt.endLine)}\n${shown}`,
  }
}

/** Spans of code stay code; everything else loses its marks, and the words that were looked for become bold. */
function quotedLine(line: string): string {
  return line
    .split(/(`[^`]+`)/)
    .map((part) =>
      /^`[^`]+`$/.test(part)
        ? part.replace(/[\uE000\uE001]/g, '')
        : plain(part).replaceAll('\uE000', '**').replaceAll('\uE001', '**'),
    )
    .join('')
}

export function quoteLine(repositories: readonly Indexed[], n: number, quoted: Quoted): string {
  const { passage, quote, startLine, endLine } = quoted
  return `${n}. ${sourceLine(repositories, passage, startLine, endLine)}\n> “${plain(clip(quote, 220))}”`
}
/** The same without marks, for those who read text alone. */
export const bare = (markdown: string): string =>
  markdown
    .replace(/\[((?:\\.|[^\]\\])*)\]\((?:[^)]*)\)/g, '$1')
    .replace(/\\([\\`*_[\]<>~|#])/g, '$1')
    .replace(/\*\*/g, '')
