import { styleText } from 'node:util'
import type { Block, Message } from '#contract'
import { convertMarkdown, type Markup } from '../../adapters/shared/markdown.ts'

/** A message for a terminal: structure by blank lines and indentation, colour only where there is a terminal. */
export function messageText(message: Message, colour: boolean): string {
  if (!message.blocks) return message.text
  return message.blocks
    .map((block) => blockText(block, colour))
    .filter(Boolean)
    .join('\n\n')
}

function blockText(block: Block, colour: boolean): string {
  const paint = (style: 'bold' | 'gray' | 'cyan' | 'red' | 'green', text: string) =>
    colour ? styleText(style, text) : text
  switch (block.kind) {
    case 'heading':
      return paint('bold', block.text)
    case 'text':
      return plain(block.markdown)
    case 'note':
      return paint('gray', plain(block.markdown))
    case 'code':
      return block.text
        .split('\n')
        .map((line) => `    ${line}`)
        .join('\n')
    case 'fields': {
      const width = Math.max(...block.items.map((i) => i.label.length))
      return block.items.map((i) => `${paint('gray', i.label.padEnd(width))}  ${plain(i.value)}`).join('\n')
    }
    case 'table': {
      const rows = [block.head, ...block.rows]
      const widths = block.head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
      return rows
        .map((row) =>
          row
            .map((cell, i) => cell.padEnd(widths[i] ?? 0))
            .join('  ')
            .trimEnd(),
        )
        .join('\n')
    }
    case 'diff':
      return [
        ...block.before.split('\n').map((l) => paint('red', `- ${l}`)),
        ...block.after.split('\n').map((l) => paint('green', `+ ${l}`)),
      ].join('\n')
    case 'progress':
      return `${block.label} ${block.done}/${block.total}`
    case 'actions':
      return paint(
        'gray',
        block.items
          .map((a) =>
            a.kind === 'link'
              ? `${a.label}: ${a.url}`
              : `${a.label}: npm run hub -- ${pasted(a.run)}${a.kind === 'form' ? ' …' : ''}`,
          )
          .join('\n'),
      )
    case 'file':
      return ''
    default:
      return block satisfies never
  }
}

/** The marks of the markdown subset say nothing in a terminal. */
const TERMINAL: Markup = {
  escape: (text) => text,
  code: (text) => text,
  fence: (text) => text,
  bold: (inner) => inner,
  italic: (inner) => inner,
  strike: (inner) => inner,
  heading: (inner) => inner,
  quote: (inner) => `> ${inner}`,
  item: (indent, inner) => `${indent}- ${inner}`,
  link: (_label, shown, address) => `${shown} (${address})`,
  line: (text) => text,
}
const plain = (markdown: string): string => convertMarkdown(markdown, TERMINAL)

/** One word for the shell: pasted, the line is run as it stands here, whatever it quotes. */
const pasted = (line: string): string => (/^[\w\s./:=@,-]*$/.test(line) ? line : `'${line.replaceAll("'", `'\\''`)}'`)
