/** Just enough English morphology for sentences in the present tense. */

const THIRD: Record<string, string> = { be: 'is', have: 'has', do: 'does', go: 'goes' }
const PARTICIPLES: Record<string, string> = Object.fromEntries(
  (
    'be been,have had,do done,go gone,see seen,send sent,set set,get got,make made,pay paid,buy bought,find found,choose chosen,write written,' +
    'read read,put put,cut cut,keep kept,hide hidden,show shown,give given,take taken,hold held,leave left,tell told,sell sold,split split,' +
    'reset reset,know known,begin begun,draw drawn,undo undone,redo redone,withdraw withdrawn,overwrite overwritten,log logged,bring brought,' +
    'run run,build built,let let,speak spoken,break broken,lose lost,understand understood,rebuild rebuilt,come come,sign signed,forget forgotten'
  )
    .split(',')
    .map((pair) => pair.split(' ') as [string, string]),
)
/** Verbs of more than one syllable that double their last letter anyway. */
const DOUBLING = new Set([
  'submit',
  'reset',
  'refer',
  'transfer',
  'prefer',
  'occur',
  'permit',
  'commit',
  'admit',
  'control',
  'log',
  'debug',
  'unsubscrib',
  'cancel',
])

export function thirdPerson(verb: string): string {
  const known = THIRD[verb]
  if (known !== undefined) return known
  if (/(?:s|x|z|ch|sh)$/.test(verb)) return `${verb}es`
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`
  if (/[^aeiou]o$/.test(verb)) return `${verb}es`
  return `${verb}s`
}

function doubles(verb: string): boolean {
  return DOUBLING.has(verb) || (/^[^aeiou]*[aeiou][bdgklmnprtv]$/.test(verb) && !/[aeiou]{2}.$/.test(verb))
}

export function participle(verb: string): string {
  const known = PARTICIPLES[verb]
  if (known !== undefined) return known
  if (verb.endsWith('e')) return `${verb}d`
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ied`
  return doubles(verb) ? `${verb}${verb.slice(-1)}ed` : `${verb}ed`
}

export function gerund(verb: string): string {
  if (verb === 'be' || verb === 'see' || verb.endsWith('ee')) return `${verb}ing`
  if (verb.endsWith('ie')) return `${verb.slice(0, -2)}ying`
  if (verb.endsWith('e')) return `${verb.slice(0, -1)}ing`
  return doubles(verb) ? `${verb}${verb.slice(-1)}ing` : `${verb}ing`
}

const UNCOUNTABLE = new Set(
  (
    'data information access feedback content history stock inventory traffic money software equipment mode support staff help work time ' +
    'storage latency performance usage activity progress availability compliance security metadata sso authentication login logout ' +
    'hours minutes goods news billing shipping mail email accessibility feature speed uptime'
  ).split(' '),
)
const PLURALS: Record<string, string> = {
  person: 'people',
  child: 'children',
  man: 'men',
  woman: 'women',
  index: 'indexes',
  analysis: 'analyses',
  criterion: 'criteria',
  status: 'statuses',
  entry: 'entries',
  address: 'addresses',
  datum: 'data',
  medium: 'media',
  bus: 'buses',
  process: 'processes',
  canvas: 'canvases',
}
const SINGULARS = Object.fromEntries(Object.entries(PLURALS).map(([one, many]) => [many, one]))

export function isUncountable(noun: string): boolean {
  return UNCOUNTABLE.has(lastWord(noun).toLowerCase())
}

export function plural(noun: string): string {
  return mapLast(noun, (word) => {
    const lower = word.toLowerCase()
    const known = PLURALS[lower]
    if (known !== undefined) return known
    if (/(?:s|x|z|ch|sh)$/.test(lower)) return `${word}es`
    if (/[^aeiou]y$/.test(lower)) return `${word.slice(0, -1)}ies`
    return `${word}s`
  })
}

export function singular(noun: string): string {
  return mapLast(noun, (word) => {
    const lower = word.toLowerCase()
    const known = SINGULARS[lower]
    if (known !== undefined) return known
    if (
      PLURALS[lower] !== undefined ||
      !lower.endsWith('s') ||
      /(?:ss|us|is|ws|bs)$/.test(lower.replace(/views$/, ''))
    ) {
      return /views?$|jobs$|tabs$|rows$|workflows$|windows$/.test(lower) && lower.endsWith('s')
        ? word.slice(0, -1)
        : word
    }
    if (/ies$/.test(lower) && lower.length > 4)
      return /(?:movies|cookies)$/.test(lower) ? word.slice(0, -1) : `${word.slice(0, -3)}y`
    if (/(?:sses|shes|ches|xes|zzes)$/.test(lower) && !/caches$/.test(lower)) return word.slice(0, -2)
    return word.slice(0, -1)
  })
}

export function isPlural(phrase: string): boolean {
  const head =
    phrase.split(
      /\s+(?:of|in|on|for|with|from|at|to|by|that|which|who|without|over|under|above|below|between)\s+/i,
    )[0] ?? phrase
  if (/\b(?:and)\b/i.test(head)) return true
  if (/^(?:a|an|one|each|every|this|that|no one|everyone|anyone)\s/i.test(head)) return false
  const word = lastWord(head).toLowerCase()
  if (/^(?:they|we|you|people|these|those|all|both|data|children|criteria)$/.test(word)) return word !== 'data'
  return singular(word) !== word
}

export function article(phrase: string): string {
  const word = phrase.toLowerCase()
  if (/^(?:hour|honest|(?:html|http|sms|mp3|xml|svg|sso|sla|faq|nda|mfa|xlsx)\b)/.test(word)) return 'an'
  return /^(?:[aeio]|u(?!ni|se|ser|sa|tm|k\b|rl))/.test(word) ? 'an' : 'a'
}

export function withArticle(phrase: string): string {
  return isPlural(phrase) || isUncountable(phrase) ? phrase : `${article(phrase)} ${phrase}`
}

export function capital(text: string): string {
  return text.replace(/^["'(“‘]*\p{Ll}/u, (start) => start.toUpperCase())
}

/** A sentence opening becomes the inside of a sentence, unless the word is a name or an acronym. */
export function uncapital(text: string): string {
  return /^(?:\p{Lu}\p{Ll}*\s+\p{Lu}|\p{Lu}{2}|\p{Lu}\p{Ll}+\p{Lu}|\p{L}\d|I\b)/u.test(text) &&
    !/^(?:A|The|An|My|Our|All|If|When|Any|No|This|That|Every|Each)\s/.test(text)
    ? text
    : text.replace(/^\p{Lu}/u, (letter) => letter.toLowerCase())
}

function lastWord(phrase: string): string {
  return /[\p{L}\p{N}'-]+$/u.exec(phrase.trim())?.[0] ?? phrase
}

function mapLast(phrase: string, change: (word: string) => string): string {
  return phrase.replace(/[\p{L}\p{N}'-]+$/u, change)
}

/** "a appointment" → "an appointment", outside quotes: nouns from the text meet articles from templates. */
export function correctArticles(text: string): string {
  return text
    .split(/("[^"]*")/)
    .map((part) =>
      part.startsWith('"')
        ? part
        : part.replace(
            /(?<![\p{L}\p{N}'-])(a|an|^A|^An) (?=([\p{L}\p{N}-]+))/gu,
            (_, found: string, next: string) => `${found.startsWith('A') ? capital(article(next)) : article(next)} `,
          ),
    )
    .join('')
}
