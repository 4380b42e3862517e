import type { Block, Message } from '#contract'

/** Text from outside within Markdown: characters that mean something lose their meaning, the words stay. */
export const plain = (text: string): string => text.replace(/([\\`*_[\]<>~|#])/g, '\\$1')
export const code = (text: string): string => `\`${text.replaceAll('`', "'").replace(/\s+/g, ' ')}\``
export const clip = (text: string, most: number): string => {
  const characters = Array.from(text.replace(/\s+/g, ' ').trim())
  return characters.length <= most
    ? characters.join('')
    : `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
}
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`
/** One paragraph as a whole message. */
export function paragraph(markdown: string, ...blocks: readonly Block[]): Message {
  return { text: markdown.replace(/[`*\\]/g, ''), blocks: [{ kind: 'text', markdown }, ...blocks] }
}
