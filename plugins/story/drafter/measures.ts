import type { Dimension, Measure, Unit } from './facts.ts'

const TIME =
  'ms|msec|milliseconds?|s|secs?|seconds?|sekunden?|min|mins?|minutes?|minuten?|h|hrs?|hours?|stunden?|days?|tage?n?|weeks?|wochen?|months?|monate?n?|years?|jahre?n?|working days?|business days?|werktage?n?'
const SIZE = 'bytes?|kb|mb|gb|tb|kib|mib|gib|megabytes?|gigabytes?|kilobytes?'
const NUMBER = String.raw`(?<![\w.,:/#-])(?<money>[€$£]\s?)?(?<number>\d{1,3}(?:[.,' ]\d{3})+(?![\d])|\d{1,12}(?:[.,]\d{1,4})?)(?<factor>\s?(?:k|m|mio|million|thousand|tausend)\b)?`
const MEASURE = new RegExp(
  String.raw`${NUMBER}[\s-]?(?:(?<size>${SIZE})\b|(?<percent>%|percent\b|prozent\b)|(?<currency>€|eur\b|euros?\b|usd\b|dollars?\b|\$|£|chf\b)|(?<rate>(?:requests?|req|rps|queries|transactions?|messages?|anfragen)\s?(?:\/|per|pro|je|a)\s?(?:s|sec(?:ond)?|minute|min|sekunde)\b|rps\b|tps\b)|(?<time>${TIME})\b|(?<noun>\p{L}[\p{L}-]{2,24})(?<noun2>\s\p{L}[\p{L}-]{2,24})?)?`,
  'giu',
)
const BEFORE_MAX =
  /(?:at most|max(?:imum|imal)?\.?(?: of|(?: \p{L}+){1,2}(?: of)?)?|up to|no more than|not more than|no longer than|no larger than|within|limit(?:ed)?(?: (?:of|to|is))?|capped at|<=|≤|bis zu|höchst\p{L}*|maximal\p{L}*|innerhalb von|innerhalb der nächsten|binnen|spätestens (?:nach|in)|nicht (?:größer|länger|mehr) als|in(?= \d+ ?(?:s|sec|ms|second|sekunde)))\s*$/iu
const BEFORE_MAX_STRICT =
  /(?:less than|under|below|fewer than|smaller than|shorter than|in under|<|unter|weniger als|kleiner als|kürzer als)\s*$/i
const BEFORE_MIN =
  /(?:at least|min(?:imum|destens)?\.?(?: of|(?: \p{L}+){1,2}(?: of)?)?|no less than|not less than|>=|≥|mindest\p{L}*|wenigstens|ab|from)\s*$/iu
const BEFORE_MIN_STRICT =
  /(?:more than|over|above|exceed(?:s|ing)?|greater than|larger than|bigger than|longer than|older than|>|über|mehr als|größer als|länger als|älter als)\s*$/i
const BEFORE_EVERY = /(?:every|each|all[e]?|jede[nrs]?)\s*$/i
const BEFORE_AFTER = /(?:after|nach|seit)\s*$/i
const BEFORE_FOR = /(?:for|lasts?|stays?|valid|für)\s*$/i
const AFTER_FOR = /^\s+(?:lang|gültig|aufbewahrt)\b/i
const AFTER_MAX = /^\s*(?:or (?:less|fewer|smaller)|max(?:imum|imal)?\b|at most|oder weniger)/i
const AFTER_MIN = /^\s*(?:or more|and more|minimum\b|oder mehr|\+)/i
const NOT_NOUNS = new Set(
  'and or of the to in on for with at by per from than is are was will should must can und oder der die das von für mit auf bei pro als wird werden soll muss kann mal new different other more less main if when that then'.split(
    ' ',
  ),
)
const ADJECTIVES =
  /^(?:concurrent|simultaneous|parallel|failed|open|wrong|incorrect|active|login|gleichzeitige?n?|falsche?n?|fehlgeschlagene?n?)$/i
const LENGTH = /^(?:characters?|chars?|letters?|digits?|words?|zeichen|buchstaben|ziffern|wörter[n]?)$/i
const LATENCY =
  /\b(?:load(?:s|ing)?|respon[ds]\w*|latency|render\w*|appear\w*|answers?|lief\w*|ergebniss?e?|shown|open(?:s|ed)?|results?|takes?|return(?:s|ed)?|p\d\d|search\w*|lädt|laden|ladezeit\w*|antwort\w*|dauer\w*|angezeigt|öffne\w*)\b/i
const LOAD = /\b(?:concurrent|simultaneous|parallel|at the same time|at once|gleichzeitig\w*)\b/i
const BATCHED = /\b(?:at once|at the same time|gleichzeitig\w*)\b/i
const ACTIVE =
  /\b(?:users?|people|visitors?|customers?|sessions?|connections?|clients?|requests?|concurrent|simultaneous|nutzer\w*|benutzer\w*|besucher\w*|kunden|anfragen|sitzungen)\b/i
const AVAILABILITY = /\b(?:uptime|availab\w+|sla|verfügbar\w*)\b/i

/** Numbers with a unit and what they bound. Years, versions, ids and clock times are no measures. */
export function readMeasures(units: readonly Unit[]): Measure[] {
  return units.flatMap((unit) =>
    [...unit.plain.slice(0, 400).matchAll(MEASURE)]
      .map((match) => toMeasure(unit, match))
      .filter((measure) => measure !== null),
  )
}

function toMeasure(unit: Unit, match: RegExpExecArray | RegExpMatchArray): Measure | null {
  const groups = match.groups ?? {}
  const at = match.index ?? 0
  const before = unit.plain.slice(Math.max(0, at - 30), at)
  const value = parseNumber(groups.number ?? '', groups.factor)
  const noun = groups.noun !== undefined && !NOT_NOUNS.has(groups.noun.toLowerCase()) ? groups.noun : undefined
  const second =
    noun !== undefined && groups.noun2 !== undefined && !NOT_NOUNS.has(groups.noun2.trim().toLowerCase())
      ? groups.noun2
      : ''
  const dimension = dimensionOf(groups, noun)
  if (dimension === null || !Number.isFinite(value)) return null
  // How long it takes today is a complaint, not a limit.
  if (
    dimension === 'time' &&
    /\b(?:takes?|took|dauert|braucht)\s+(?:about |around |up to |more than |etwa |über |bis zu )?$/i.test(before)
  )
    return null
  const word = (
    groups.size ??
    groups.percent ??
    groups.currency ??
    groups.rate ??
    groups.time ??
    noun ??
    groups.money ??
    ''
  ).trim()
  const paired = noun !== undefined && ADJECTIVES.test(noun) ? second : ''
  const dropped =
    (noun === undefined ? (groups.noun?.length ?? 0) : 0) + (paired === '' ? (groups.noun2?.length ?? 0) : 0)
  const text = match[0].slice(0, match[0].length - dropped).trim()
  const after = unit.plain.slice(at + text.length)
  const { bound, strict } = boundOf(before, after)
  if (
    dimension === 'count' &&
    (/^(?:19|20)\d\d$/.test(groups.number ?? '') ||
      /\b(?:version|v|ios|android|windows|node|step|schritt|phase|iso)\s*$/i.test(before))
  )
    return null
  return {
    unit,
    value,
    text,
    word: `${word}${paired}`,
    dimension,
    bound,
    strict,
    quality: qualityOf(unit.plain, dimension, bound, groups.rate, word),
  }
}

function parseNumber(text: string, factor: string | undefined): number {
  const grouped = /^\d{1,3}(?:[.,' ]\d{3})+$/.test(text)
  const value = Number(grouped ? text.replace(/[.,' ]/g, '') : text.replace(',', '.'))
  const unit = factor?.trim().toLowerCase() ?? ''
  return unit === '' ? value : value * (unit === 'k' || unit === 'thousand' || unit === 'tausend' ? 1000 : 1_000_000)
}

function dimensionOf(groups: Record<string, string | undefined>, noun: string | undefined): Dimension | null {
  if (groups.size !== undefined) return 'size'
  if (groups.percent !== undefined) return 'percent'
  if (groups.currency !== undefined || groups.money !== undefined) return 'money'
  if (groups.rate !== undefined) return 'count'
  if (groups.time !== undefined) return 'time'
  if (noun === undefined) return null
  if (LENGTH.test(noun)) return 'length'
  // A counted thing is a plural: "18 cannot" counts nothing.
  return /s$|^(?:people|children|zeilen|seiten|dateien|mal)$/i.test(noun) ||
    /^\p{Lu}\p{Ll}/u.test(noun) ||
    ADJECTIVES.test(noun)
    ? 'count'
    : null
}

function boundOf(before: string, after: string): { bound: Measure['bound']; strict: boolean } {
  if (BEFORE_MAX.test(before) || AFTER_MAX.test(after)) return { bound: 'max', strict: false }
  if (BEFORE_MAX_STRICT.test(before)) return { bound: 'max', strict: true }
  if (BEFORE_MIN.test(before) || AFTER_MIN.test(after)) return { bound: 'min', strict: false }
  if (BEFORE_MIN_STRICT.test(before)) return { bound: 'min', strict: true }
  if (BEFORE_EVERY.test(before)) return { bound: 'every', strict: false }
  if (BEFORE_FOR.test(before) || AFTER_FOR.test(after)) return { bound: 'for', strict: false }
  if (BEFORE_AFTER.test(before)) return { bound: 'after', strict: false }
  return { bound: 'none', strict: false }
}

function qualityOf(
  text: string,
  dimension: Dimension,
  bound: Measure['bound'],
  rate: string | undefined,
  word: string,
): Measure['quality'] {
  if (rate !== undefined) return bound === 'max' ? null : 'throughput'
  if (dimension === 'percent' && AVAILABILITY.test(text)) return 'availability'
  // "50 photos at once" is a batch; only those who act can be active at the same time.
  if (dimension === 'count' && LOAD.test(text) && !(bound === 'max' && BATCHED.test(text) && !ACTIVE.test(word)))
    return 'load'
  if (
    dimension === 'time' &&
    (bound === 'max' || bound === 'none') &&
    LATENCY.test(text) &&
    /^(?:ms|msec|millisec|s$|sec|sek|min)/i.test(word)
  )
    return 'latency'
  return null
}

const SECONDS: readonly (readonly [RegExp, number])[] = [
  [/^(?:ms|msec|millisecond)/i, 0.001],
  [/^(?:s|secs?|seconds?|sekunden?)$/i, 1],
  [/^(?:min|minut)/i, 60],
  [/^(?:h|hr|hour|stunde)/i, 3600],
  [/^(?:days?|tag)/i, 86_400],
  [/^(?:week|woche)/i, 604_800],
]

/** Length in seconds; null for months, years and working days, which have none. */
export function seconds(measure: Measure): number | null {
  const factor = SECONDS.find(([pattern]) => pattern.test(measure.word))?.[1]
  return factor === undefined ? null : factor * measure.value
}
