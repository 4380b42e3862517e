import { straightenQuotes } from '../source/clean.ts'
import { LIST_MARK, splitSpans } from '../source/spans.ts'
import type { Unit } from './facts.ts'

const GREETING =
  /^(?:hi|hello|hey|heya|dear|yo|hallo|moin|servus|liebe[rs]?|guten (?:tag|morgen|abend)|sehr geehrte[rs]?)\b[^.?!]{0,40}[,!.]?$/i
const CLOSING =
  /^(?:thanks?|thank you|many thanks|thx|cheers|best|regards|(?:kind|best|warm) regards|sincerely|ciao|danke|vielen dank|vg|lg|mfg|gruß|grüße|viele grüße|beste grüße|liebe grüße|mit freundlichen grüßen)\b.{0,40}$/i
const MAIL_HEADER =
  /^(?:from|sent|to|cc|bcc|date|von|gesendet|an|datum)\s*:\s|\b(?:wrote|schrieb|a écrit)\s*:$|^-{2,}\s*(?:original|forwarded|ursprüngliche|weitergeleitete)|^sent from my\b|^von meinem .{1,20} gesendet/i
const SUBJECT = /^(?:subject|betreff|re|aw|fwd?|wg)\s*:\s*/i
/** Orders to a machine are reported text, never a wish of the writer; nothing of them is used. */
const ADDRESSED_TO_MACHINE =
  /\b(?:ignore|disregard|forget|override|vergiss|ignoriere)\b.{0,40}\b(?:instructions?|prompts?|rules|anweisung(?:en)?|regeln)\b|\bsystem prompt\b|\byou are (?:now )?(?:an? |the )?(?:ai|assistant|language model|chatgpt|claude)\b|\b(?:reveal|print|post|send|leak|exfiltrate)\b.{0,30}\b(?:tokens?|secrets?|api keys?|credentials|system prompt)\b|<\/?(?:system|assistant|instructions?)>/i
const CODE_LINE =
  /^(?:[{}()[\];]+|.*[;{}]\s*$|(?:const|let|var|import|export|function|class|def|return|select|insert|curl|npm|git|at)\s.*[=(){};:/].*|[\w.]+\(.*\)|.*=>.*|\$\s.+|[A-Z]:\\.*|\s+at\s\S+.*)$/
const SMALL_TALK =
  /^(?:(?:i )?hope (?:you|this|all).*|how are you.*|any (?:news|updates?)\??|(?:see|talk to) (?:you|below).*|\+1|lol|thx|ok(?:ay)?|sure|sounds good|(?:yes,? )?(?:please,? )?go ahead|agreed|makes sense|fyi|ping|bump|(?:what do you )?think\??)$/i

const SLANG: readonly (readonly [RegExp, string])[] = [
  [/\b(?:pls|plz|plss+)\b/gi, 'please'],
  [/\bwanna\b/gi, 'want to'],
  [/\bgotta\b/gi, 'have to'],
  [/\bgonna\b/gi, 'going to'],
  [/\bdont\b/gi, "don't"],
  [/\bcant\b/gi, "can't"],
  [/\bwont\b/gi, "won't"],
  [/\bdoesnt\b/gi, "doesn't"],
  [/\bisnt\b/gi, "isn't"],
  [/\bw\/o\b/gi, 'without'],
  [/\bw\/(?=\s)/gi, 'with'],
  [/\bppl\b/gi, 'people'],
  [/\bmsgs?\b/gi, 'messages'],
  [/\bnotifs?\b/gi, 'notifications'],
  [/\bpw\b/gi, 'password'],
  [/\b(?:cuz|bc|cos|coz)\b/gi, 'because'],
  [/\bu\b/gi, 'you'],
  [/\bur\b/gi, 'your'],
  [/\brn\b/gi, 'right now'],
  [
    /\b(?:kinda|sorta|tbh|imo|imho|btw|lol|lmao|thx|fyi|iirc|omg|haha+|literally|basically|just|really|actually|maybe|again)\b,?\s*/gi,
    '',
  ],
  [/\bive\b/gi, "I've"],
  [/\bim\b/gi, "I'm"],
  [/\bi\b/g, 'I'],
  [/\bwont\b/gi, "won't"],
]

const WORDS = 'zero one two three four five six seven eight nine ten'.split(' ')
/** "a maximum of three devices": a limit like one in digits. */
const SPELT = new RegExp(
  `\\b(at most|up to|no more than|not more than|at least|(?:a )?max(?:imum)?(?: of)?)\\s+(${WORDS.slice(2).join('|')})\\b`,
  'gi',
)

/** A story is in the first pages or nowhere; the rest of a very long text is not searched for more wishes. */
const MAX_UNITS = 160

/** The units of a text that carry meaning, in order. */
export function readUnits(text: string, language: string): Unit[] {
  const units: Unit[] = []
  let lead: Unit | null = null
  let fenced = false
  let closed = false
  for (const span of splitSpans(text)) {
    const lineStart = text.lastIndexOf('\n', span.start - 1) + 1
    const prefix = text.slice(lineStart, span.start)
    const quoted = /^[ \t]*>/.test(prefix)
    if (/^(?:```|~~~)/.test(span.text)) {
      fenced = !fenced
      continue
    }
    const raw = plainText(span.text, language)
    if (quoted || /^(?:ps|p\.s\.)\b/i.test(raw)) closed = false
    if (CLOSING.test(raw) && raw.split(' ').length <= 6) {
      closed = true
      continue
    }
    if (fenced || isNoise(span.text, raw) || (closed && raw.split(' ').length <= 4)) continue
    const item = LIST_MARK.test(prefix) && LIST_MARK.exec(prefix)?.[0].length === prefix.length
    const follows = !item && prefix.trim() !== '' && units.at(-1)?.item === true
    if (!item && !follows) lead = null
    const unit: Unit = {
      span,
      plain: raw.replace(SUBJECT, ''),
      item: item || follows,
      lead: item || follows ? lead : null,
      quoted,
    }
    if (unit.plain === '') continue
    if (/:["']?$/.test(span.text.trim()) && !item) lead = unit
    units.push(unit)
    if (units.length === MAX_UNITS) break
  }
  return units
}

function isNoise(source: string, plain: string): boolean {
  if (!/[\p{L}]{2}/u.test(plain)) return true
  if (GREETING.test(plain) || MAIL_HEADER.test(plain) || SMALL_TALK.test(plain)) return true
  if (ADDRESSED_TO_MACHINE.test(source) || ADDRESSED_TO_MACHINE.test(plain)) return true
  return source.length < 400 && CODE_LINE.test(source) && !/^(?:as|when|if|als|wenn)\b/i.test(plain)
}

/** Markup, mentions, emoji and closing punctuation removed; straight quotes; one line. Bounded patterns only: the text is anybody's. */
function plainText(source: string, language: string): string {
  let text = straightenQuotes(source)
    .replace(/<\/?[a-zA-Z][^<>]{0,200}>/g, ' ')
    .replace(/<[!@#][^<>\s]{0,100}>/g, ' ')
    .replace(/<?https?:\/\/[^\s>]{1,300}>?/g, ' ')
    .replace(/(?<!\S)@(?:channel|here|everyone|all|[\w.-]{2,40})(?!\S)/g, ' ')
    .replace(/\[([^\][]{1,120})\]\([^()]{0,200}\)/g, '$1')
    .replace(/:[a-z][a-z0-9_+-]{1,30}:/g, ' ')
    .replace(/[\p{Extended_Pictographic}\p{RI}\p{Variation_Selector}\p{Join_Control}\p{EMod}]+/gu, (emoji) =>
      /^[\d#*©®™]+$/.test(emoji) ? emoji : ' ',
    )
    .replace(/(?<![\p{L}\p{N}])(?:\*{1,3}|_{1,3}|~{2})(?=\S)|(?<=\S)(?:\*{1,3}|_{1,3}|~{2})(?![\p{L}\p{N}])/gu, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&amp;/g, '&')
    .replace(/&lt;|&gt;/g, ' ')
  if (language === 'en')
    text = text.replace(SPELT, (_, bound: string, word: string) => `${bound} ${WORDS.indexOf(word.toLowerCase())}`)
  if (language === 'en') for (const [pattern, replacement] of SLANG) text = text.replace(pattern, replacement)
  return text
    .replace(/\s+/g, ' ')
    .replace(/ ([,.;:!?])/g, '$1')
    .replace(/[\s.!?,;:…–-]+$/u, '')
    .replace(/^[\s.!?,;:…–-]+/u, '')
    .trim()
}

/** The part of a span a criterion quotes: all of it, which is what the reader will look for. */
export function quoteOf(unit: Unit): { span: string; quote: string } {
  return { span: unit.span.id, quote: unit.span.text }
}

export function textOf(units: readonly Unit[]): string {
  return units.map((unit) => unit.plain).join('. ')
}
