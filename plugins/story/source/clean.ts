/** Characters nobody types on purpose: controls, BOM, zero-width spaces, soft hyphens, direction marks and overrides. */
const INVISIBLE = /[[\p{Cc}\p{Cf}]--[\n\t\u200C\u200D\u{600}-\u{605}\u{6DD}\u{E0000}-\u{E007F}]]/gv
/** Tag characters can carry hidden text; they are legitimate only in a flag sequence, which starts with a black flag. */
const HIDDEN_TAGS = /(?<!\u{1F3F4}[\u{E0000}-\u{E007F}]*)[\u{E0000}-\u{E007F}]+/gu
/** A joiner holds an emoji sequence together or shapes a script that needs it; anywhere else it only hides. */
const SHAPED =
  '\\p{Script=Arabic}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Tamil}\\p{Script=Malayalam}\\p{Script=Sinhala}'
const STRAY_JOINER = new RegExp(
  `(?<![${SHAPED}\\p{Extended_Pictographic}\\p{EMod}\\uFE0F])[\\u200C\\u200D]|[\\u200C\\u200D](?![${SHAPED}\\p{Extended_Pictographic}])`,
  'gu',
)

/** The text every later step works on; offsets of spans refer to it. Cleaning twice changes nothing. */
export function cleanText(raw: string): string {
  return raw
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(INVISIBLE, '')
    .replace(HIDDEN_TAGS, '')
    .replace(STRAY_JOINER, '')
    .normalize('NFC')
    .replace(/[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/g, ' ')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

const SINGLE_QUOTES = /[\u2018\u2019\u201A\u201B\u2039\u203A\u0060\u00B4\u2032]/g
const DOUBLE_QUOTES = /[\u201C\u201D\u201E\u201F\u00AB\u00BB\u2033]/g

/** Curly and straight quotes compare equal. One character stays one character, so offsets survive. */
export function straightenQuotes(text: string): string {
  return text.replace(SINGLE_QUOTES, "'").replace(DOUBLE_QUOTES, '"')
}
