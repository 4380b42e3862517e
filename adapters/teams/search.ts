import type { Catalog, CommandInfo, Found } from '#contract'
import { codeBlock, heading, richText } from './elements.ts'
import { literal, run } from './inlines.ts'
import { cardAttachment, render } from './render.ts'

const MAX_RESULTS = 15

/**
 * Commands by words, for the message extension's search: a card to insert, with how to use the command.
 * https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/search-commands/respond-to-search
 */
export function searchResults(catalog: Catalog, words: string): object {
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean)
  const found = catalog.commands.filter((command) => {
    const text = `${command.name} ${command.summary} ${command.examples.join(' ')}`.toLowerCase()
    return asked.every((word) => text.includes(word))
  })
  return results(found.slice(0, MAX_RESULTS).map(result))
}
/** Stories by words: chosen, the story's card is put into the message that somebody writes. */
export function storyResults(found: readonly Found[]): object {
  return results(
    found.flatMap(({ title, note, card }) => {
      const [attachment] = render(card).attachments ?? []
      return attachment ? [{ ...attachment, preview: preview(title, note) }] : []
    }),
  )
}
/** Words in the place of results. */
export function searchMessage(text: string): object {
  return { composeExtension: { type: 'message', text: literal(text) } }
}
function results(attachments: readonly object[]): object {
  return { composeExtension: { type: 'result', attachmentLayout: 'list', attachments } }
}
function preview(title: string, text: string): object {
  return {
    contentType: 'application/vnd.microsoft.card.thumbnail',
    content: { title: literal(title), text: literal(text) },
  }
}
function result({ name, summary, usage, examples }: CommandInfo): object {
  const title = `/${name}`
  const body = [
    heading(title),
    richText([run(summary)], 'None'),
    codeBlock(usage),
    richText([run('For example', { isSubtle: true, size: 'Small' })]),
    ...examples.map((example) => richText([run(`/${example}`, { fontType: 'Monospace' })], 'None')),
  ]
  return {
    ...cardAttachment(body, `${title}: ${summary}`),
    preview: preview(title, summary),
  }
}
