import type { Condition } from '../facts.ts'
import { gerund, isPlural, participle, singular, thirdPerson, uncapital } from './grammar.ts'
import { isVerb, leadingVerb, verbs } from './lexicon.ts'

export const GERUNDS = new Map(
  [...verbs()].map((verb) => verb.split(' ')[0] ?? verb).map((verb) => [gerund(verb), verb]),
)
const PASTS = new Map([...verbs()].map((verb) => verb.split(' ')[0] ?? verb).map((verb) => [participle(verb), verb]))
const ADVERB =
  '(?:also|always|only|still|then|immediately|automatically|therefore|either|both|now|simply|first|at least|again|no longer|instead)'
const MODAL = new RegExp(
  `^(?<subject>.{1,160}?)\\s+(?<modal>should(?:n't)?|must(?:n't)?|shall|has to|have to|needs? to|will|won't|would|can|can't|cannot|could|may|ought to|(?:is|are) (?:supposed|expected|required|allowed|able) to)` +
    `(?<not>\\s+(?:not|never))?\\s+(?<adverb>${ADVERB}\\s+)?(?<able>be able to\\s+|be allowed to\\s+)?(?<verb>[\\p{L}'-]+)(?<rest>(?:\\s.*)?)$`,
  'iu',
)
const CONDITION =
  /^(?:if|when|whenever|once|as soon as|as long as|in case|unless|after|before|until|while|where|given that|given|every time|each time|only if|only when|provided(?: that)?)\b/i
const WORDS: readonly (readonly [RegExp, Condition['word']])[] = [
  [/^only (?:if|when)|^provided/i, 'only'],
  [/^(?:when|whenever|every time|each time)/i, 'when'],
  [/^unless/i, 'unless'],
  [/^(?:after|once|as soon as)/i, 'after'],
  [/^before/i, 'before'],
  [/^until/i, 'until'],
]

/** "If X, Y" and "Y if X" taken apart. */
export function splitCondition(sentence: string): { main: string; condition: Condition | null } {
  if (/^(?:after|before|within)\s+\d/i.test(sentence)) return { main: sentence, condition: null }
  const lead = CONDITION.exec(sentence)
  if (lead !== null) {
    const comma = /^(.{4,240}?)(?:,\s*(?:then\s+)?|\s+then\s+)(.{3,})$/i.exec(sentence)
    if (comma?.[1] !== undefined && comma[2] !== undefined) return { main: comma[2], condition: condition(comma[1]) }
    const abrupt =
      /^(.{4,200}?)\s+(nothing happens.*|it (?:crashes|fails|freezes|hangs|stops|disappears|shows|says).*|(?:the|an?) (?:app|page|site|screen|error|blank page|exception|spinner)\b.*|I (?:get|see)\s.*)$/i.exec(
        sentence,
      )
    if (abrupt?.[1] !== undefined && abrupt[2] !== undefined)
      return { main: abrupt[2], condition: condition(abrupt[1]) }
    return { main: '', condition: condition(sentence) }
  }
  const tail =
    /^(.{3,240}?),?\s+((?:only\s+)?(?:if|when|whenever|once|as soon as|as long as|in case|unless|until|provided(?: that)?|every time|each time)\s.{3,})$/i.exec(
      sentence,
    )
  if (
    tail?.[1] !== undefined &&
    tail[2] !== undefined &&
    !/\b(?:know|see|check|wonder|ask|decide|choose|tell|define|set)$/i.test(tail[1])
  ) {
    return { main: tail[1], condition: condition(tail[2]) }
  }
  const event = /^(.{3,240}?),?\s+((?:after|before)\s+(?!\d)[\p{L}'-]+\s.{3,})$/iu.exec(sentence)
  if (
    event?.[1] !== undefined &&
    event[2] !== undefined &&
    !/\b(?:hours?|days?|minutes?|weeks?|months?|seconds?|long|shortly)$/i.test(event[1]) &&
    hasVerb(event[2])
  )
    return { main: event[1], condition: condition(event[2]) }
  return { main: sentence, condition: null }
}

function condition(text: string): Condition {
  const word = WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? 'if'
  return {
    word,
    clause: text
      .replace(CONDITION, '')
      .replace(/^\s*that\s+/i, '')
      .trim(),
  }
}

function hasVerb(text: string): boolean {
  const words = text.split(' ')
  return (
    words
      .slice(/^(?:after|before)$/i.test(words[0] ?? '') ? 2 : 1)
      .some(
        (word, index) =>
          /^(?:is|are|has|have|was|were|does|do|gets?|been|bought|paid|made|sent|got|left|gone|went|came|took|taken|done|seen|read|kept|lost|won|met|had)$/i.test(
            word,
          ) ||
          (index > 0 &&
            word.length > 3 &&
            (PASTS.has(word.toLowerCase()) || (word.endsWith('s') && isVerb(word.slice(0, -1))))),
      ) || GERUNDS.has((words[1] ?? '').toLowerCase())
  )
}

/** A sentence in the present tense that says what the product does: "codes expire after 30 days". */
export function isBehaviour(text: string): boolean {
  if (BEHAVIOUR.test(text)) return true
  const words = text.split(' ').slice(0, 7)
  return words.some((word, index) => {
    const before = words[index - 1]
    if (
      before === undefined ||
      !/^[\p{L}-]+$/u.test(before) ||
      /^(?:to|the|a|an|by|of|and|or|for|in|with|only|one|no|per)$/i.test(before)
    )
      return false
    const base = word.toLowerCase()
    return (
      (isVerb(base) && PRESENT.test(base) && isPlural(before)) ||
      (base.endsWith('s') && PRESENT.test(singular(base)) && isVerb(singular(base)) && !isPlural(before))
    )
  })
}
const PRESENT =
  /^(?:go|expire|show|contain|include|trigger|appear|get|receive|see|return|open|close|send|need|require|apply|use|create|update|display|list|stay|ask|lock|block|reject|accept|round|sort|start|stop|end|disappear|match|redirect|notify|fail)$/
const BEHAVIOUR =
  /\b(?:is|are|gets?)\s+(?:\w+ly\s+|not\s+|also\s+|then\s+|never\s+)?(?:skipped|listed|shown|hidden|rejected|refused|accepted|ignored|removed|deleted|locked|unlocked|sent|stored|saved|marked|highlighted|disabled|enabled|required|limited|sorted|rounded|logged|notified|created|updated|archived|replaced|merged|kept|grouped|calculated|charged|refunded|applied|displayed|redirected|assigned|encrypted|masked|allowed|mandatory|optional|visible|read-only|unique|valid|available|active|free)\b/i

/** "Users must not see X" → "users do not see X": what holds once the wish is fulfilled. */
export function indicative(clause: string): { text: string; negative: boolean; subject: string | null } {
  const groups = MODAL.exec(clause)?.groups
  if (groups === undefined)
    return { text: clause, negative: /\b(?:not|never|no longer|cannot|can't|n't)\b/i.test(clause), subject: null }
  const { subject = '', modal = '', not = '', adverb = '', able, verb = '', rest = '' } = groups
  const many = isPlural(subject)
  const negative = not.trim() !== '' || /n't$|^cannot$/i.test(modal)
  const can = able !== undefined || /^(?:can|can't|cannot|could|may|(?:is|are) (?:allowed|able) to)$/i.test(modal)
  const extra = adverb === '' ? '' : adverb
  if (can) return { text: `${subject} ${negative ? 'cannot' : 'can'} ${extra}${verb}${rest}`, negative, subject }
  if (verb.toLowerCase() === 'be')
    return {
      text: `${subject} ${many ? 'are' : 'is'} ${negative ? 'not ' : ''}${extra}${rest.trim()}`,
      negative,
      subject,
    }
  if (negative) return { text: `${subject} ${many ? 'do' : 'does'} not ${extra}${verb}${rest}`, negative, subject }
  return {
    text: `${subject} ${extra}${many ? verb : thirdPhrase(`${verb}${rest}`)}${many ? rest : ''}`,
    negative,
    subject,
  }
}

/** A base verb phrase in the third person singular: "search and filter orders" → "searches and filters orders". */
export function thirdPhrase(phrase: string): string {
  const words = phrase.split(' ')
  let first = 0
  while (
    first < words.length - 1 &&
    /^(?:also|only|automatically|manually|easily|quickly|not|always|then|securely|safely|immediately|bulk)$|ly$/i.test(
      words[first] ?? '',
    ) &&
    !isVerb(words[first] ?? '')
  )
    first += 1
  return words
    .map((word, index) => {
      if (index === first) return word.toLowerCase() === 'be' ? 'is' : inflect(word, thirdPerson)
      const previous = (words[index - 1] ?? '').toLowerCase()
      const joined = /^(?:and|or|then|and\/or)$/.test(previous) && isVerb(bare(word))
      if (!joined) return word
      const next = (words[index + 1] ?? '').toLowerCase()
      const takesObject =
        index === first + 2 ||
        /^(?:the|a|an|my|our|their|its|it|them|all|any|each|that|this|these|whether|who|which|what|me|us)$/.test(next)
      return takesObject ? inflect(word, thirdPerson) : word
    })
    .join(' ')
}

function inflect(word: string, change: (verb: string) => string): string {
  const core = bare(word)
  return core === '' ? word : word.replace(core, change(core.toLowerCase()))
}

function bare(word: string): string {
  return /^[\p{L}-]+/u.exec(word)?.[0] ?? ''
}

/** The author's "I, my, we" seen from outside. `the` is the actor with article. */
export function fromOutside(text: string, the: string): string {
  return text
    .split(/("[^"]*")/)
    .map((part) => (part.startsWith('"') ? part : seenFromOutside(part, the)))
    .join('')
}

function seenFromOutside(text: string, the: string): string {
  let named = text.startsWith(`${the} `)
  const subject = (): string => {
    if (named) return 'they'
    named = true
    return the
  }
  return text
    .replace(/\bI'm\b|\bI am\b/g, () => (named ? 'they are' : `${subject()} is`))
    .replace(/\bI've\b|\bI have\b/g, () => (named ? 'they have' : `${subject()} has`))
    .replace(/\bI (?:don't|do not)\b/g, () => (named ? 'they do not' : `${subject()} does not`))
    .replace(/\b[Ww]e (are|have)\b/g, (_, verb: string) => `the team ${verb === 'are' ? 'is' : 'has'}`)
    .replace(/\b[Ww]e (?:don't|do not)\b/g, 'the team does not')
    .replace(/\bI ([a-z]+)\b/g, (_, verb: string) => {
      const first = !named
      const who = subject()
      return first && isVerb(verb) ? `${who} ${thirdPerson(verb)}` : `${who} ${verb}`
    })
    .replace(/\b[Ww]e ([a-z]+)\b/g, (_, verb: string) => `the team ${isVerb(verb) ? thirdPerson(verb) : verb}`)
    .replace(
      /\byou ([a-z]+)\b/gi,
      (_, verb: string) => `${the} ${isVerb(verb) ? thirdPerson(verb) : verb === 'are' ? 'is' : verb}`,
    )
    .replace(/\b(?:my|your)\b/gi, 'their')
    .replace(/\bour\b/gi, 'the')
    .replace(/\b(?:myself|yourself)\b/gi, 'themselves')
    .replace(/\bme\b/g, the)
    .replace(/\bus\b/g, 'the team')
    .replace(/\bI\b/g, the)
}

/** A condition as a full clause: "uploading a photo" → "the user uploads a photo", "not logged in" → "the user is not logged in". */
export function conditionClause(clause: string, the: string, thing: string): string {
  let text = uncapital(clause.trim())
  const [first = '', second = ''] = text.split(' ')
  const base = GERUNDS.get(first.toLowerCase())
  if (base !== undefined && !/^(?:is|are|was|has|fails?|takes?)$/.test(second))
    text = `${the} ${thirdPhrase(`${base} ${text.slice(first.length).trim()}`.trim())}`
  else if (
    /^(?:not\s+)?(?:logged|signed|authori[sz]ed|authenticated|offline|online|allowed|permitted|connected)\b/i.test(text)
  )
    text = `${the} is ${text}`
  else if (/^not \p{L}+ed\b/iu.test(text)) text = `${thing} is ${text}`
  else if (/^(?:it|they)\s/i.test(text) && thing !== 'it')
    text = text.replace(/^(?:it|they)\s/i, `${thing} `).replace(/^(.+?) are\b/, '$1 is')
  else if (
    /^(?:empty|invalid|missing|unknown|expired|disabled|enabled|full|available|unavailable|successful|done|approved|rejected)\b/i.test(
      text,
    )
  )
    text = `${thing} is ${text}`
  else if (
    PASTS.get(first.toLowerCase()) !== undefined &&
    PASTS.get(first.toLowerCase()) !== first &&
    !/^(?:the|a|an)$/.test(first)
  )
    text = `${thing} is ${text}`
  else text = indicative(text).text
  return fromOutside(text, the)
}

/** States belong to Given, events to When: "is empty" lasts, "is won" happens. */
export function isState(clause: string, word: Condition['word'] = 'if'): boolean {
  if (word === 'when' && /\b(?:does|do) not\b/i.test(clause)) return false
  const passive =
    /\b(?:is|are|gets?|was|were|has been|have been)\s+(?:\w+ly\s+)?(?!(?:logged|signed|disabled|enabled|blocked|locked|closed|expired|connected|required|overdrawn|archived|interested|related|allowed)\b)(?:\w{2,}ed|won|sent|paid|sold|lost|found|made|built|bought|written|chosen|given|taken|left|put|run|begun)\b/i.test(
      clause,
    )
  if (
    passive &&
    (word === 'when' ||
      word === 'after' ||
      /\b(?:clicked|pressed|tapped|submitted|uploaded|received|triggered|selected|removed)\b/i.test(clause))
  )
    return false
  return /\b(?:is|are|has|have|does not|do not|isn't|aren't|hasn't|contains?|exists?|lacks?|belongs?)\b/i.test(clause)
}

const NEGATIONS: readonly (readonly [RegExp, string])[] = [
  [/\b(is|are|was|were) not\b/i, '$1'],
  [/\b(is|are)n't\b/i, '$1'],
  [/\bdo not (\w+)/i, '$1'],
  [/\bcannot\b/i, 'can'],
  [/\bhas not\b/i, 'has'],
  [/\b(is|are)\b(?! not)/i, '$1 not'],
  [/\bhas been\b/i, 'has not been'],
  [/\bhave been\b/i, 'have not been'],
  [/\bcan\b/i, 'cannot'],
  [/\bhas\b/i, 'does not have'],
  [/\bhave\b/i, 'do not have'],
]

/** The opposite of a clause; null where it cannot be said by moving one word. */
export function opposite(clause: string): string | null {
  if (/\b(?:or|any|some|no|nothing|nobody)\b/i.test(clause) || /,|\band\b/i.test(clause.slice(0, 60))) return null
  if (/^all\b/i.test(clause)) return `not ${clause.replace(/^All/, 'all')}`
  const denied = /\bdoes not (\w+)/i.exec(clause)?.[1]
  if (denied !== undefined) return clause.replace(/does not \w+/i, thirdPerson(denied))
  const found = NEGATIONS.find(([pattern]) => pattern.test(clause))
  if (found !== undefined) return clause.replace(found[0], found[1])
  const single = /^((?:the|a|an|it)(?:\s[\p{L}-]+){0,3}?)\s([\p{L}]{2,}s)(?=\s|$)/iu.exec(clause)
  if (single?.[1] !== undefined && single[2] !== undefined && !isPlural(single[1]) && /\s|^it$/i.test(single[1]))
    return clause.replace(single[0], `${single[1]} does not ${baseOf(single[2])}`)
  const many = /^((?:[\p{L}-]+\s){0,2}?[\p{L}-]+s)\s([\p{L}]+)(?=\s|$)/iu.exec(clause)
  if (many?.[1] !== undefined && many[2] !== undefined && isVerb(many[2]))
    return clause.replace(many[0], `${many[1]} do not ${many[2]}`)
  return null
}

function baseOf(third: string): string {
  if (/ies$/i.test(third)) return `${third.slice(0, -3)}y`
  return /(?:sh|ch|x|ss|zz|o)es$/i.test(third) ? third.slice(0, -2) : third.slice(0, -1)
}

/** An order or a statement as what the system does: "show an error" → "the system shows an error". */
export function outcomeClause(main: string, the: string): string {
  const text = uncapital(main.trim().replace(/^(?:please|then|also|and|so|but)\s+/i, ''))
  const told = indicative(text)
  if (told.subject !== null) return fromOutside(negations(told.text), the)
  const negativeOrder = /^(?:don't|do not|never)\s+(.+)$/i.exec(text)?.[1]
  if (negativeOrder !== undefined) return fromOutside(`the system does not ${negativeOrder}`, the)
  if (leadingVerb(text) !== null && !/^\w+\s+(?:is|are|has|have|should|must)\b/i.test(text))
    return fromOutside(`the system ${thirdPhrase(text)}`, the)
  return fromOutside(negations(text), the)
}

function negations(text: string): string {
  return text
    .replace(/\b(do|does|is|are|has|have|should|must|would|could)n't\b/gi, '$1 not')
    .replace(/\bcan't\b/gi, 'cannot')
    .replace(/\bwon't\b/gi, 'does not')
}
