import { createMentionWords, type MentionWords } from '../shared/mentions.ts'

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&' }

/**
 * What the person typed, out of what Slack sends: `&lt;` is `<`, `<@U1|ann>` is `@ann`, `<https://x|x>` is the address.
 * https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
 */
export function decodeText(text: string, words: MentionWords = createMentionWords()): string {
  return text.replace(
    /<([^<>\n]*)>|&(lt|gt|amp);/g,
    (_all, reference: string | undefined, entity: string | undefined) =>
      entity !== undefined ? (ENTITIES[entity] ?? '') : decodeReference(reference ?? '', words),
  )
}
function decodeReference(reference: string, words: MentionWords): string {
  const bar = reference.indexOf('|')
  const target = decodeEntities(bar < 0 ? reference : reference.slice(0, bar))
  const label = bar < 0 ? '' : decodeEntities(reference.slice(bar + 1))
  switch (target[0]) {
    case '@':
      return words.write(label || target.slice(1), target.slice(1))
    case '#':
      return `#${(label || target.slice(1)).replace(/^#/, '')}`
    case '!':
      // A date or a group, all of them or the channel.
      return label && !label.startsWith('@') ? label : words.write(label || target.slice(1).replace(/\^.*$/, ''), null)
    default:
      return decodeAddress(target, label)
  }
}
function decodeAddress(target: string, label: string): string {
  const bare = target.replace(/^(?:https?:\/\/|mailto:|tel:)/, '')
  if (label === '' || label === target || label === bare) return target.replace(/^(?:mailto|tel):/, '')
  return `${label} (${target})`
}
function decodeEntities(text: string): string {
  return text.replace(/&(lt|gt|amp);/g, (_all, entity: string) => ENTITIES[entity] ?? '')
}

/**
 * What was said to the bot: `<@U0BOT> story text` is `story text`, and so is `story text <@U0BOT>`. A leading slash is dropped as well.
 * Without known ids the first mention is taken for the bot's.
 */
export function stripMention(text: string, botUserIds: readonly string[], words?: MentionWords): string {
  let said = text
  for (const mention of text.matchAll(/<@([A-Z0-9]+)(?:\|[^<>]*)?>[\s:,]*/g)) {
    if (botUserIds.length > 0 && !botUserIds.includes(mention[1] ?? '')) continue
    const after = text.slice(mention.index + mention[0].length)
    said = after.trim() === '' ? text.slice(0, mention.index) : after
    break
  }
  return decodeText(said, words)
    .replace(/^\s*\//, '')
    .trim()
}
