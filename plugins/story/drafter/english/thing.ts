import type { Thing } from '../facts.ts'
import { isUncountable, plural, singular } from './grammar.ts'

const NOTHING: Thing = { name: '', one: '', many: '' }
/** Nouns that only hold what is meant: "list of orders" is about orders. */
const CONTAINERS =
  /^(?:list|overview|dashboard|report|copy|number|history|amount|table|set|summary|export|import|record|status|details?|view|page|csv|pdf|backup|download|total|kind|type|lot|couple|bunch|search|upload|preview|sum|graph|chart)s?$/i
const STOP =
  /\s+(?:as|to|for|by|with|from|in|on|into|onto|per|at|via|over|under|when|if|that|which|who|without|before|after|between|using|within|through|during|and|or|so|is|are|up|than|more|less|older|larger|bigger|only|directly|automatically|again|every|each|instead|like|where|must|should|can|across|not|now|once|until|because|about|yesterday|today|tomorrow|they|we|i|you|he|she|it|respond|have)\b.*$/i
const LEADING =
  /^(?:a|an|the|my|our|your|their|his|her|its|all|any|each|every|some|this|that|these|those|several|multiple|many|various|new|existing|own|more|most|least|up to|at least|at most|other|both|me|us|them|it|another|one|two|three|single|individual|about|around|max|maximum|min|minimum|[\d.,]+k?)\s+(?:of\s+)?/i
const PREPOSITION = /^(?:within|up|at|before|after|under|over|via|without|until|during|as|and|or|if|when)\b/i
const EMPTY =
  /^(?:it|this|that|them|me|us|something|everything|anything|stuff|things?|one|to|be|there|so|csv|pdf|excel|json|xml|more|better|easier|faster|least|most)$/i
const FORMAT_WORD =
  /^(?:jpe?g|png|gif|svg|heic|(?:jpe?g|png|gif|pdf|csv|heic)(?:\/\w{3,4})+|csv|pdf|xlsx|excel|json|xml|file|files|page|list|data)$/i

/** The noun a phrase is about, without article and adjectives that only point. */
export function readThing(rest: string): Thing {
  if (
    /^(?:on|at|via|by|through|over|before|after|within|during|without|online|offline)\b/i.test(rest) &&
    !/^on (?:the |our |my |a |an )?[\p{L}-]+ (?:posts?|tickets?|tasks?|issues?|documents?|articles?|orders?|photos?|invoices?)\b/iu.test(
      rest,
    )
  )
    return NOTHING
  let text = rest
    .replace(/"[^"]*"\s*/g, '')
    .replace(/["(),;:].*$/, '')
    .trim()
    .replace(/^(?:(?:up|in|out|off|for|to|from|at|with|by|into|on|of|about)\s+)+/i, '')
  for (let round = 0; round < 4; round += 1) text = text.replace(LEADING, '')
  if (PREPOSITION.test(text)) return NOTHING
  let head = text.replace(STOP, '').trim()
  const container = /^((?:[\p{L}-]+\s)?[\p{L}-]+) of (?:the |my |our |all |their )*(.+)$/iu.exec(head)
  if (container?.[1] !== undefined && container[2] !== undefined) {
    head = CONTAINERS.test(container[1].split(' ').at(-1) ?? '') ? container[2] : container[1]
  }
  const words = head.split(/\s+/).filter((word) => /^\p{L}[\p{L}\p{N}&/+.'-]*$/u.test(word))
  while (
    words.length > 1 &&
    FORMAT_WORD.test(words.at(-1) ?? '') &&
    !/^(?:csv|pdf|excel|json|xml|log|config)$/i.test(words[0] ?? '')
  )
    words.pop()
  const name = words.slice(-3).join(' ')
  if (name === '' || name.length > 60 || EMPTY.test(name)) return NOTHING
  const lower = name.replace(/(?<![\p{L}\p{N}])\p{Lu}(?=\p{Ll}+(?![\p{L}\p{N}]))/gu, (letter) => letter.toLowerCase())
  if (isUncountable(lower)) return { name: lower, one: `${lower} entry`, many: `${lower} entries` }
  const one = singular(lower)
  return { name: lower, one, many: one === lower ? plural(lower) : lower }
}
