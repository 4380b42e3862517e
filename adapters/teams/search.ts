import type { Catalog, CommandInfo } from '#contract'
import { codeBlock, heading, richText } from './elements.ts'
import { literal, run } from './inlines.ts'
import { cardAttachment } from './render.ts'

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
  return {
    composeExtension: {
      type: 'result',
      attachmentLayout: 'list',
      attachments: found.slice(0, MAX_RESULTS).map(result),
    },
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
    preview: {
      contentType: 'application/vnd.microsoft.card.thumbnail',
      content: { title: literal(title), text: literal(summary) },
    },
  }
}
