import type { Block } from '#contract'
import { diffText, tableText } from '../shared/lines.ts'
import { clean } from '../shared/text.ts'

const STEPS = 10

/** For readers without HTML: the words in order, a blank line between blocks. */
export function plainText(blocks: readonly Block[]): string {
  return blocks
    .map((block) => clean(words(block)).trim())
    .filter((text) => text !== '')
    .join('\n\n')
}
function words(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${block.text}\n${'='.repeat(Math.min(60, block.text.length))}`
    case 'text':
    case 'note':
      return block.markdown
    case 'code':
      return block.text.replace(/^/gm, '    ')
    case 'fields':
      return block.items.map(({ label, value }) => `${label}: ${value.replace(/\n/g, '\n  ')}`).join('\n')
    case 'table':
      return tableText(block.head, block.rows)
    case 'diff':
      return diffText(block.before, block.after)
    case 'progress': {
      const share = block.total > 0 ? Math.min(1, Math.max(0, block.done / block.total)) : 0
      const full = Math.round(share * STEPS)
      return `${block.label} ${'#'.repeat(full)}${'.'.repeat(STEPS - full)} ${Math.round(share * 100)} %`
    }
    case 'actions':
      return block.items
        .map((action) =>
          action.kind === 'link'
            ? `${action.label}: ${action.url}`
            : `${action.label}: /${action.run}${action.kind === 'form' ? ' …' : ''}`,
        )
        .join('\n')
    case 'file':
      return `Attached: ${block.name}`
    default:
      return block satisfies never
  }
}
