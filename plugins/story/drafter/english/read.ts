import type { Actor, Request, Rule, Thing, Topic, Unit } from '../facts.ts'
import { indicative, splitCondition } from './clauses.ts'
import { isUncountable, plural, singular } from './grammar.ts'
import { isVerb, leadingVerb, roleOf, topicOfNoun, topicOfVerb } from './lexicon.ts'

const FUNCTION_WORDS = new Set(
  (
    'a an the of to in on for and or but with without by from as at if when unless so that this these those all any each every some many no not only our my your their his her its we i you ' +
    'they it he she let lets allow allows enable enables give gives help helps make makes is are was were be been being can could should must may might will would want wants need needs than then ' +
    'because since there here other more most please also both either until before after while which who whom whose what where how why do does did has have had via per into onto about between using ' +
    'like just new same different existing own most'
  ).split(' '),
)

/** The last role noun phrase of a text: "our registered users" → "registered user". */
export function roleIn(text: string, lastOnly = false): string | null {
  const words = text.split(/\s+/)
  for (let index = 0; index < words.length; index += 1) {
    const at = lastOnly ? words.length - 1 - index : index
    const word = (words[at] ?? '').replace(/[^\p{L}'-]/gu, '').replace(/'s$/, '')
    const role = roleOf(word, singular(word))
    if (role === null) continue
    const modifiers: string[] = []
    for (let back = at - 1; back >= Math.max(0, at - 2); back -= 1) {
      const modifier = words[back] ?? ''
      if (
        !/^\p{L}[\p{L}-]*$/u.test(modifier) ||
        FUNCTION_WORDS.has(modifier.toLowerCase()) ||
        isVerb(modifier) ||
        (isVerb(singular(modifier.toLowerCase())) && !/^(?:support|sales)$/i.test(modifier))
      )
        break
      modifiers.unshift(/^\p{Lu}\p{Ll}+$/u.test(modifier) && back === 0 ? modifier.toLowerCase() : modifier)
    }
    const head = /^[\p{Lu}]{2,}$/u.test(role)
      ? role
      : role.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())
    return [...modifiers, head]
      .join(' ')
      .replace(/^(?:logged-in|signed-in|registered) user$/i, (full) => full.toLowerCase())
      .replace(/^support support agent$/, 'support agent')
  }
  return null
}

const AS_A = /\b(?:as|being|i'm|i am) (?:an?|the|our) ([\p{L}][^,;:.!?]{1,60}?)(?:,|;|:|\s+(?=(?:i|we|you)\b)|$)/iu
const SUBJECT_MODAL =
  /^(?:the\s+|our\s+|all\s+|any\s+|only\s+|some\s+|most\s+)*(.{2,50}?)\s+(?:should|must|shall|can|can't|cannot|could|need|needs|want|wants|would like|have to|has to|will|are able|is able|may|keep|keeps|often|complain|complains|ask|asks|report|reports|struggle|currently|do not|don't|who)\b/i

export function readActor(units: readonly Unit[], fallback: string): Actor {
  const texts = units.map((unit) => unit.plain)
  for (const text of texts) {
    const named = AS_A.exec(text)?.[1]
    if (
      named !== undefined &&
      !/\b(?:result|rule|workaround|test|start|first step|follow-?up|reminder|consequence|csv|pdf|list)\b/i.test(named)
    )
      return { role: cleanRole(named), explicit: true }
  }
  for (const text of texts) {
    const main = splitCondition(text).main
    const subject = SUBJECT_MODAL.exec(main)?.[1]
    const role = subject === undefined ? null : roleIn(subject, true)
    if (role !== null) return { role, explicit: true }
    const given =
      /\b(?:let|lets|allow|allows|allowing|enable|enables|help|helps|give|gives|for|ability for)\s+((?:[\p{L}-]+\s){0,3}[\p{L}-]+)/iu.exec(
        text,
      )?.[1]
    const receiver = given === undefined ? null : roleIn(given)
    if (receiver !== null && !/\bfor (?:\w+ ){0,2}\w+ (?:list|data|record|profile|account|page|table)s?\b/i.test(text))
      return { role: receiver, explicit: true }
  }
  return { role: fallback, explicit: false }
}

function cleanRole(role: string): string {
  const trimmed = role
    .replace(/\s+(?:who|that|with|in|at|of|on)\s.*$/i, (tail) => (tail.length > 30 ? '' : tail))
    .trim()
    .slice(0, 80)
  return /^[\p{Lu}]{2,}/u.test(trimmed) ? trimmed : trimmed.replace(/^\p{Lu}/u, (letter) => letter.toLowerCase())
}

const STRIP =
  /^(?:(?:and|also|but|so|then|ok|okay|well|currently|ideally|additionally|furthermore|moreover|finally|secondly|firstly|plus|feature request|request|story|idea|todo|task|bug|wish|problem|goal|summary|context|background)\s*[:,-]?\s+|please,?\s+|hey,?\s+|guys,?\s+|team,?\s+)+/i
const ASK: readonly (readonly [pattern: RegExp, weight: number, nominal: boolean])[] = [
  [
    /^(?:as|being) (?:an?|the|our) [^,]{2,60}?,?\s+(?:i|we)(?:'d| would)? (?:want|need|like|wish|love|prefer|must|should|can)(?: to)? (?:be able to |have the (?:ability|option|possibility) to |have a way to )?(.+)$/i,
    10,
    true,
  ],
  [
    /^(?:it would be|it'd be|would be|it is|would it be) (?:\w+\s){0,2}(?:great|nice|cool|good|useful|helpful|handy|awesome|possible|important|super)\s*(?:,\s*)?(?:if|when|to|for)\s+(?:(?:the |our |all )?[\p{L} -]{1,30}?\s+(?:could|can|were able to|to)\s+)?(.+)$/iu,
    8,
    false,
  ],
  [
    /\b(?:the )?(?:ability|possibility|option|a way|a button|a link|a feature|a page|a screen|functionality) (?:for (?:the |our )?[\p{L} -]{2,40}? )?to (?:be able to )?(.+)$/iu,
    8,
    false,
  ],
  [
    /\b(?:allow|let|enable|permit|help)s?\s+(?:the |our |all |logged-in |registered )?(?:[\p{L}-]+\s){0,2}?(?:users?|customers?|people|admins?|us|me|them|[\p{L}-]+(?:s|ers?))\s+(?:to\s+)?(?=[\p{L}])(.+)$/iu,
    8,
    false,
  ],
  [
    /^(?:can|could|would|may) (?:we|you|i|someone|anyone)(?: please| maybe)?(?: also)?(?: get| have)(?= (?:an?|the|some)\b) (.+)$/i,
    7,
    true,
  ],
  [/^(?:can|could|would|may) (?:we|you|i|someone|anyone|the \p{L}+) (?:please )?(?:be able to )?(.+)$/iu, 8, false],
  [
    /^(?:i|we|they|(?:the|our)? ?[\p{L} -]{2,40}?)(?:'d| would)? (?:want|need|like|love|wish|prefer)s? to (?:be able to )?(.+)$/iu,
    8,
    false,
  ],
  [
    /^(?:i|we|they|(?:the|our)? ?[\p{L} -]{2,40}?) (?:should|must|shall|can|could|may|will|ha(?:s|ve) to) (?:also )?(?:be able to|be allowed to|have the option to|get the option to) (.+)$/iu,
    8,
    false,
  ],
  [
    /^(?:i|we|they|(?:the|our)? ?[\p{L} -]{2,40}?)(?:'d| would)? (?:want|need|like|love|require)s? (?!to\b)(.+)$/iu,
    7,
    true,
  ],
  [
    /\b(?:there is|there's|we have|i have|currently has|has) (?:currently )?no (?:way|option|possibility) to (.+)$/i,
    7,
    false,
  ],
  [
    /^(?:i|we|users?|customers?|you|one|people|(?:the|our)? ?[\p{L} -]{2,40}?) (?:can't|cannot|can not|aren't able to|are not able to|am not able to|is not able to|isn't able to|are unable to|is unable to) (.+)$/iu,
    4,
    false,
  ],
]
const NOT_A_WISH = /^(?:i|we|they) (?:think|guess|hope|know|believe|said|noticed|wonder|heard)\b/i
const WRAPPERS =
  /^(?:be able to|have|get|add|build|create|implement|introduce|support|provide|offer|include|develop|make)\s+(?:(?:a|an|the|some|proper|full|basic|new)\s+)*/i
const BENEFIT =
  /,?\s+(?:so that|so (?=(?:i|we|they|he|she|it|the|our|users?|customers?|people|nobody|no one|everyone|you|my|a)\b)|in order to|because|in order that|such that|to ensure(?: that)?|which (?:would|will) (?:let|allow|help|save|reduce)|otherwise)\s+(.{3,})$/i
const TO_BENEFIT =
  /,?\s+to (save|avoid|reduce|prevent|improve|increase|speed up|keep|make sure|ensure|understand|decide|comply|stay|help|get rid of|be able to)\s+(.{3,})$/i

export function readBenefit(units: readonly Unit[]): { text: string; unit: Unit } | null {
  for (const unit of units) {
    const match = BENEFIT.exec(unit.plain)
    const purpose = match === null ? TO_BENEFIT.exec(unit.plain) : null
    const text = match?.[1] ?? (purpose === null ? undefined : `${purpose[1]} ${purpose[2]}`)
    if (text !== undefined && text.length > 4) {
      const infinitive = purpose !== null || (match !== null && /in order to/i.test(match[0]))
      return { unit, text: (infinitive ? `I can ${text}` : text).slice(0, 300) }
    }
    const opening = /^(?:so that|because|in order to)\s+(.{5,})$/i.exec(unit.plain)?.[1]
    if (opening !== undefined)
      return { unit, text: (/^in order/i.test(unit.plain) ? `I can ${opening}` : opening).slice(0, 300) }
  }
  return null
}

function withoutBenefit(text: string): string {
  return text
    .replace(BENEFIT, '')
    .replace(TO_BENEFIT, '')
    .replace(/,?\s*(?:please|thanks|thank you|asap|soon|right now|somehow|or something(?: like that)?)$/i, '')
    .trim()
}

/** Nouns that only hold what is meant: "list of orders" is about orders. */
const CONTAINERS =
  /^(?:list|overview|dashboard|report|copy|number|history|amount|table|set|summary|export|import|record|status|details?|view|page|csv|pdf|backup|download|total|kind|type|lot|couple|bunch|search|upload|preview|sum|graph|chart)s?$/i
const STOP_NOUN =
  /\s+(?:as|to|for|by|with|from|in|on|into|onto|per|at|via|over|under|when|if|that|which|who|without|before|after|between|using|within|through|during|and|or|so|is|are|up|via|than|more|less|older|larger|bigger|only|directly|automatically|again|every|each|instead|like|where|must|should|can|across|not|now|once|until|because|about|up to|yesterday|today|tomorrow|until)\b.*$/i

/** The noun a phrase is about, without article and adjectives that only point. */
export function readThing(rest: string): Thing {
  let text = rest
    .replace(/^(?:"[^"]*"\s*)+/, '')
    .replace(/["(),;:].*$/, '')
    .trim()
  text = text.replace(/^(?:(?:up|in|out|off|for|to|from|at|with|by|into|on|of|about)\s+)+/i, '')
  for (let round = 0; round < 4; round += 1)
    text = text.replace(
      /^(?:a|an|the|my|our|your|their|his|her|its|all|any|each|every|some|this|that|these|those|several|multiple|many|various|new|existing|own|more|up to|at least|other|both|me|us|them|it|another|one|single|individual|\d+)\s+(?:of\s+)?/i,
      '',
    )
  let head = text.replace(STOP_NOUN, '').trim()
  const container = /^((?:[\p{L}-]+\s)?[\p{L}-]+) of (?:the |my |our |all |their )*(.+)$/iu.exec(head)
  if (container?.[1] !== undefined && container[2] !== undefined)
    head = CONTAINERS.test(container[1].split(' ').at(-1) ?? '') ? container[2] : container[1]
  const words = head.split(/\s+/).filter((word) => /^[\p{L}\p{N}][\p{L}\p{N}&/+.'-]*$/u.test(word))
  while (
    words.length > 1 &&
    /^(?:csv|pdf|xlsx|excel|json|xml|file|files|page|list|data|list)$/i.test(words.at(-1) ?? '') &&
    !/^(?:csv|pdf|excel|json|xml|log|config|the)$/i.test(words[0] ?? '')
  )
    words.pop()
  const name = words.slice(-3).join(' ')
  if (
    name === '' ||
    /^(?:it|this|that|them|me|us|something|everything|anything|stuff|things?|one|to|be|there|so|csv|pdf|excel|json|xml)$/i.test(
      name,
    )
  )
    return { name: '', one: '', many: '' }
  const lower = name.replace(/\b\p{Lu}(?=\p{Ll}+\b)/gu, (letter) => letter.toLowerCase())
  if (isUncountable(lower)) return { name: lower, one: `${lower} entry`, many: `${lower} entries` }
  const one = singular(lower)
  return { name: lower, one, many: one === lower ? plural(lower) : lower }
}

function automaticVerb(verb: string, topic: Topic): boolean {
  return (
    topic === 'automate' ||
    topic === 'limit' ||
    topic === 'restrict' ||
    topic === 'validate' ||
    (topic === 'notify' && !/^(?:receive|get|be )/.test(verb))
  )
}

export function readRequest(unit: Unit): Request | null {
  let text = unit.plain
    .replace(STRIP, '')
    .replace(/^(?:bug|feature|request|subject|re)\s*:\s*/i, '')
    .trim()
  const lead = splitCondition(text)
  const leading = lead.condition !== null && lead.main !== '' && text.toLowerCase().indexOf(lead.main.toLowerCase()) > 0
  if (leading) text = lead.main
  for (const [pattern, weight, nominal] of ASK) {
    if (NOT_A_WISH.test(text)) continue
    const phrase = pattern.exec(text)?.[1]
    if (phrase === undefined) continue
    const made = toRequest(unit, phrase, weight, nominal, leading ? lead.condition : null)
    if (made !== null) return made
  }
  const verb = leadingVerb(text)
  if (
    verb !== null &&
    !/^(?:it|is|are|was|be|have|do|need|want|support)$/.test(verb.verb) &&
    /^(?:$|the|a|an|my|our|all|any|every|each|\S+)/i.test(verb.rest) &&
    !/^(?:is|are|was|has|doesn't|does|should|must|can|fails?|takes)\b/i.test(verb.rest)
  ) {
    return toRequest(unit, text, 6, false, leading ? lead.condition : null)
  }
  if (verb !== null && /^support$/.test(verb.verb)) return toRequest(unit, text, 6, true, null)
  const noun = topicOfNoun(text)
  if (
    noun !== null &&
    text.split(' ').length <= 9 &&
    indicative(text).subject === null &&
    !/\b(?:is|are|was|does|doesn't|has|have)\b/i.test(text)
  )
    return toRequest(unit, text, 3, true, leading ? lead.condition : null)
  return null
}

function toRequest(
  unit: Unit,
  raw: string,
  weight: number,
  nominal: boolean,
  outer: Request['condition'],
): Request | null {
  const split = outer === null ? splitCondition(withoutBenefit(raw)) : { main: withoutBenefit(raw), condition: outer }
  let phrase = (split.main === '' ? raw : split.main).replace(/[,;]\s*(?:and|but)?\s*$/, '').trim()
  phrase = phrase.replace(/^(?:please|also|to|be able to)\s+/i, '')
  const wrapped = WRAPPERS.test(phrase) || leadingVerb(phrase) === null
  if (wrapped || (nominal && leadingVerb(phrase) === null)) {
    const stripped = phrase.replace(WRAPPERS, '').replace(/^(?:for|of)\s+/i, '')
    const inner = /^(?:ability|possibility|option|way|button|feature|link) to (?:be able to )?(.+)$/i.exec(
      stripped,
    )?.[1]
    if (inner !== undefined) return toRequest(unit, inner, weight, false, split.condition)
    const noun = topicOfNoun(stripped)
    if (noun !== null) return fromNoun(unit, stripped, noun, weight, split.condition)
    if (leadingVerb(phrase) === null)
      return weight >= 7 && stripped.split(' ').length > 0
        ? fromNoun(unit, stripped, { topic: 'display', verb: 'have' }, weight - 2, split.condition)
        : null
  }
  phrase = lowerFirst(phrase).slice(0, 220)
  const found = leadingVerb(phrase.replace(/^(?:\w+ly)\s+/i, ''))
  if (found === null) return null
  const topic = refine(
    topicOfVerb(found.verb) ?? topicOfVerb(found.verb.split(' ')[0] ?? '') ?? topicOfNoun(phrase)?.topic ?? 'other',
    found,
    phrase,
  )
  return {
    unit,
    phrase,
    verb: found.verb,
    topic,
    thing: readThing(found.rest),
    condition: split.condition,
    automatic: automaticVerb(found.verb, topic),
    weight: weight - (unit.quoted ? 2 : 0),
  }
}

function lowerFirst(text: string): string {
  return text.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())
}

/** Verbs that mean different things with different objects. */
function refine(topic: Topic, found: { verb: string; rest: string }, phrase: string): Topic {
  const { verb, rest } = found
  if (/^(?:reset|recover|change)$/.test(verb))
    return /\bpassword|\bpin\b|access\b/i.test(rest) ? 'password' : topic === 'password' ? 'edit' : topic
  if (verb === 'apply')
    return /\b(?:code|coupon|voucher|discount)/i.test(rest) ? 'pay' : /\bfilter/i.test(rest) ? 'filter' : 'create'
  if (verb === 'drop' || verb === 'drag')
    return /\b(?:file|photo|image|picture|document|attachment)/i.test(rest) ? 'upload' : 'edit'
  if (/^(?:get|receive|send|email|tell|text|message)$/.test(verb)) {
    if (/\b(?:rid of|to know)\b/i.test(rest)) return 'other'
    if (/\brefund/i.test(rest)) return 'refund'
    if (
      /\b(?:notif\w+|alert|reminder|e?-?mail|message|sms|digest|summary|push|newsletter|confirmation|updates?|notified|informed|warned|alerted)\b/i.test(
        rest,
      ) ||
      verb !== 'get'
    )
      return 'notify'
    return topicOfNoun(rest)?.topic ?? 'display'
  }
  if (verb === 'load') return /\b(?:in|within|under|faster|quick)/i.test(rest) ? 'performance' : topic
  if (verb === 'check' || verb === 'open' || verb === 'know') return topic
  if (verb === 'switch' || verb === 'set')
    return /\bfrom .+ to\b/i.test(rest) && /\b(?:database|provider|server|system|platform|version)\b/i.test(rest)
      ? 'migrate'
      : topic
  if (
    /^(?:move|transfer|copy|import|convert)$/.test(verb) &&
    (/\bfrom .{2,60} (?:to|into|over to)\b/i.test(rest) ||
      /\b(?:to the new|legacy|old system|new system)\b/i.test(rest)) &&
    /\b(?:data|database|records|history|accounts?|users|customers|system|server|platform|legacy|old|tickets|projects|orders|contracts)\b/i.test(
      phrase,
    )
  )
    return 'migrate'
  if (verb === 'invoice' || verb === 'bill' || verb === 'charge') return 'pay'
  if (/^(?:add|enter|create|write|post|leave)$/.test(verb) && /\bcomments?|mention|repl(?:y|ies)\b/i.test(rest))
    return 'share'
  if (verb === 'return') return /\b(?:item|order|product|parcel|goods)/i.test(rest) ? 'refund' : 'display'
  if (/^(?:export|download|print|generate)$/.test(verb) && /\b(?:key|token|password|link)\b/i.test(rest))
    return 'create'
  if (verb === 'mark' && /\bread\b|\bdone\b/i.test(rest)) return 'edit'
  if (verb === 'schedule' || verb === 'book') return 'schedule'
  return topic
}

/** A feature named by a noun: what one does with it becomes the verb. */
function fromNoun(
  unit: Unit,
  noun: string,
  found: { topic: Topic; verb: string },
  weight: number,
  condition: Request['condition'],
): Request {
  const text = noun.replace(/\s+(?:would be|is needed|needed|wanted|missing|pls|please)\b.*$/i, '').trim()
  const about = /\b(?:for|of|to|on|with|in)\s+(?:the |our |my |all )*(.+)$/i.exec(text)?.[1]
  const verbal = VERBAL[found.topic]
  const format = /\b(csv|pdf|excel|xlsx|json|xml|ics)\b/i.exec(text)?.[1]
  const plainNoun = text
    .replace(/\b(?:csv|pdf|excel|xlsx|json|xml|ics)\b/gi, '')
    .replace(
      /\b(?:exports?|imports?|uploads?|downloads?|search(?: bar| box)?|filters?|refunds?|feature|function(?:ality)?)\b/gi,
      ' ',
    )
    .replace(/\s+/g, ' ')
    .trim()
  const object = found.topic === 'notify' ? '' : (about ?? plainNoun)
  const nounThing = readThing(object)
  if (verbal !== undefined && nounThing.name !== '') {
    const objectText = about === undefined ? nounThing.many : object
    return {
      unit,
      phrase: `${verbal} ${objectText}${format === undefined ? '' : ` as ${format.toUpperCase().replace('EXCEL', 'Excel')}`}`,
      verb: verbal,
      topic: found.topic,
      thing: nounThing,
      condition,
      automatic: false,
      weight,
    }
  }
  const articleNoun =
    /^(?:the|a|an|my|our|all|some)\s/i.test(text) ||
    /s$/.test(text.split(/\s(?:for|of|to|with|on|in|when|if)\s/)[0] ?? '') ||
    /\b(?:mode|sso|2fa|mfa|pay|authentication|access|saml|oauth|performance|latency|accessibility|dashboard filtering)\b/i.test(
      text,
    )
      ? text
      : `${/^[aeiou]/i.test(text) ? 'an' : 'a'} ${text}`
  return {
    unit,
    phrase: `${found.verb} ${articleNoun}`.trim(),
    verb: found.verb.split(' ')[0] ?? 'use',
    topic: found.topic,
    thing: readThing(found.topic === 'notify' ? (about ?? '') : text),
    condition,
    automatic: false,
    weight,
  }
}

const VERBAL: Partial<Record<Topic, string>> = {
  export: 'export',
  import: 'import',
  upload: 'upload',
  search: 'search',
  filter: 'filter',
  migrate: 'migrate',
  approve: 'approve',
  translate: 'translate',
}

const STATEMENT =
  /\b(?:should|must|shall|has to|have to|needs? to|will|can|can't|cannot|may|is|are|does|do|never|always|don't|won't)\b/i

/** Sentences that say how something behaves, and are not the request itself. */
export function readRule(unit: Unit): Rule | null {
  const text = withoutBenefit(unit.plain.replace(STRIP, ''))
  const { main, condition } = splitCondition(text)
  const except =
    condition === null
      ? /^(.{3,200}?),?\s+(?:except|but not|apart from|other than)\s+(?:for\s+|when\s+|if\s+)?(.{2,})$/i.exec(main)
      : null
  if (except?.[1] !== undefined && except[2] !== undefined)
    return { unit, outcome: except[1], condition: { word: 'except', clause: except[2] }, negative: false }
  if (main === '' || (condition === null && !STATEMENT.test(main))) return null
  const told = indicative(main)
  if (condition === null && told.subject === null && !/^(?:never|don't|do not|always)\b/i.test(main)) return null
  return { unit, outcome: main, condition, negative: told.negative }
}
