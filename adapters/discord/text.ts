import { createMentionWords, type MentionWords } from '../shared/mentions.ts'

type Names<K extends string> = Readonly<Record<string, { readonly [key in K]?: string | undefined }>> | undefined
/** Names that Discord sends beside a text that refers to them. */
export interface Resolved {
  readonly users?: Names<'username'>
  readonly roles?: Names<'name'>
  readonly channels?: Names<'name'>
}
const REFERENCE = /<(@[!&]?|#|a?:[\w~]{1,40}:|\/[^:<>\n]{1,120}:)(\d{15,21})>/g

/**
 * What the person saw while typing, out of what Discord sends: `<@1>` is `@ann`, `<:wave:1>` is `:wave:`, `</story show:1>` is the command.
 * https://docs.discord.com/developers/reference#message-formatting
 */
export function decodeText(text: string, resolved: Resolved = {}, words: MentionWords = createMentionWords()): string {
  return text.replace(REFERENCE, (_all, mark: string, id: string) => {
    if (mark === '#') return `#${resolved.channels?.[id]?.name ?? id}`
    if (mark === '@&') return words.write(resolved.roles?.[id]?.name || id, null)
    if (mark.startsWith('@')) return words.write(resolved.users?.[id]?.username || id, id)
    return mark.startsWith('/') ? mark.slice(0, -1) : mark.replace(/^a/, '')
  })
}

/** What was said to the bot: `<@1> story text` is `story text`, and so is `story text <@1>`. A leading slash is dropped as well. */
export function stripMention(text: string, botId: string): string {
  const [mention = ''] = new RegExp(`<@!?${botId}>`).exec(text) ?? []
  if (mention === '') return text.replace(/^\s*\//, '').trim()
  const at = text.indexOf(mention)
  const [before, after] = [text.slice(0, at), text.slice(at + mention.length)]
  const said = after.replace(/^[\s:,]+/, '') === '' ? before : after.replace(/^[\s:,]+/, '')
  return said.replace(/^\s*\//, '').trim()
}
