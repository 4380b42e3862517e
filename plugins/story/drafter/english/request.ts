import { readSystems } from '../entities.ts'
import type { Condition, Request, Topic, Unit } from '../facts.ts'
import { roleIn } from './actor.ts'
import { withoutBenefit } from './benefit.ts'
import { GERUNDS, indicative, isBehaviour, splitCondition } from './clauses.ts'
import { article } from './grammar.ts'
import { leadingVerb, topicOfNoun } from './lexicon.ts'
import { readThing } from './thing.ts'
import { topicOf } from './topic.ts'
import { ASK, FASTER, NOMINAL, NOT_A_WISH, SLOW, TAKES, WRAPPERS, withoutPreamble } from './wish-patterns.ts'

/** The wish a sentence expresses, if it expresses one. */
export function readRequest(unit: Unit): Request | null {
  let text = withoutPreamble(unit.plain)
  const slow =
    TAKES.exec(text)?.groups?.what ??
    SLOW.exec(text)?.groups?.what ??
    FASTER.exec(text)?.groups?.what ??
    FASTER.exec(text)?.groups?.other
  if (slow !== undefined && !/^(?:it|this|that)$/i.test(slow)) {
    return make(unit, {
      verb: 'have',
      rest: slow,
      phrase: `have the ${slow.toLowerCase()} respond faster`,
      topic: 'performance',
      weight: 5,
    })
  }
  if (/^only\b|[,;]\s*(?:otherwise|or else)\b/i.test(text)) return null
  const split = splitCondition(text)
  const leading = split.condition !== null && split.main !== '' && !text.startsWith(split.main)
  if (leading) text = split.main.replace(/^(?:please|then)\s+/i, '')
  const outer = leading ? split.condition : null
  if (!NOT_A_WISH.test(text)) {
    for (const [pattern, weight] of ASK) {
      const groups = pattern.exec(text)?.groups
      if (groups?.what === undefined) continue
      const role = groups.who === undefined ? null : subjectRole(groups.who)
      if (groups.who !== undefined && role === null) continue
      // "A deactivated user cannot log in" is how it shall be, not what somebody misses.
      if (/^(?:an?\s|the\s)?\p{L}+ed\s/iu.test(groups.who ?? '') && /\b(?:can't|cannot|can not)\b/i.test(text)) continue
      // "If nothing is found, the agent should see a hint" is how it behaves, not what somebody wants to do.
      if (outer !== null && role !== null) continue
      const made = fromPhrase(
        unit,
        groups.what,
        weight,
        outer,
        role,
        groups.to !== undefined,
        groups.to === undefined && NOMINAL.has(pattern),
      )
      if (
        made !== null &&
        (weight !== 7 || role === null || groups.who === undefined || made.topic !== 'other' || made.condition === null)
      )
        return made
    }
  }
  const verb = leadingVerb(text)
  const fragment =
    verb !== null && /^(?:is|are|was|has|doesn't|does|should|must|can|fails?|takes|expires?)\b/i.test(verb.rest)
  if (
    verb !== null &&
    !fragment &&
    !isBehaviour(text) &&
    !/^(?:is|are|was|be\b|have|do|need|want|check for|know|look|return|respond|reject|redirect)/.test(verb.verb)
  ) {
    const made = fromPhrase(unit, text, 6, outer, null)
    return made === null || outer === null ? made : { ...made, automatic: true }
  }
  if (!leading && split.condition !== null && split.main !== '') text = split.main
  const noun = topicOfNoun(text)
  const short = text.split(' ').length <= 9 && !/^(?:about|around|only|no|max|min|approx|\d)/i.test(text)
  if (
    noun !== null &&
    short &&
    indicative(text).subject === null &&
    !isBehaviour(text) &&
    !/\b(?:is|are|was|does|doesn't|has|have|must|should)\b/i.test(text)
  )
    return fromNoun(unit, text, noun, 3, split.condition)
  return null
}

/** The person of a subject; null when the subject is a thing, and then the sentence is a rule. */
function subjectRole(subject: string): string | null {
  return /^(?:they|someone|anyone|people|everyone)$/i.test(subject.trim()) ? 'user' : roleAtEnd(subject)
}

function roleAtEnd(subject: string): string | null {
  const words = subject.trim().split(' ')
  return roleIn(words.at(-1) ?? '') === null ? null : roleIn(subject, true)
}

interface Parts {
  readonly verb: string
  readonly rest: string
  readonly phrase: string
  readonly topic: Topic
  readonly weight: number
  readonly condition?: Condition | null
  readonly role?: string | null
}

function make(unit: Unit, parts: Parts): Request {
  const { verb, topic } = parts
  const automatic =
    /^(?:automate|limit|restrict|validate)$/.test(topic) || (topic === 'notify' && !/^(?:receive|get|be )/.test(verb))
  return {
    unit,
    phrase: parts.phrase,
    verb,
    topic,
    thing:
      readSystems(parts.rest).length > 0 && readSystems(readThing(parts.rest).name).length > 0
        ? readThing('')
        : readThing(parts.rest),
    condition: parts.condition ?? null,
    role: parts.role ?? null,
    automatic: automatic && (parts.role ?? null) === null,
    weight: parts.weight - (unit.quoted ? 3 : 0),
  }
}

function fromPhrase(
  unit: Unit,
  raw: string,
  weight: number,
  outer: Condition | null,
  role: string | null,
  verbal = false,
  nominal = false,
): Request | null {
  const bare = withoutBenefit(raw)
  const split = outer === null ? splitCondition(bare) : { main: bare, condition: outer }
  let phrase = (split.main === '' ? raw : split.main)
    .replace(
      /\s+by (?:the )?(?:end|start|beginning|middle|next|monday|tuesday|wednesday|thursday|friday|january|february|march|april|may|june|july|august|september|october|november|december|q[1-4])\b.*$/i,
      '',
    )
    .replace(/,?\s+(?:max(?:imum)?|min(?:imum)?)\.?\s+\d.*$/i, '')
    // The limit is a criterion of its own.
    .replace(
      /^(\p{L}+(?: up)?)\s+(?:at most|up to|no more than|not more than|a maximum of|max(?:imum)?(?: of)?)\s+\d+\s+(?!(?:%|percent|euros?|eur|usd|dollars?|ms|[kmgt]?b|seconds?|minutes?|hours?|days?|weeks?|months?|years?|times)\b)(?=\p{L}{3,})(?!.*\b(?:at once|at a time|at the same time|in one go)\b)/iu,
      '$1 ',
    )
    .replace(/,\s*(?:max(?:imum)?|min(?:imum)?|up to|at least|at most|no|but|not|without)\b.*$/i, '')
    .replace(/[,;]\s*(?:and|but)?\s*$/, '')
    .replace(/^(?:please|also|to|be able to)\s+/i, '')
    .trim()
  const told = /^know (?:when|if|that|whether|as soon as) (.{4,})$/i.exec(withoutBenefit(raw))?.[1]
  if (told !== undefined)
    return make(unit, {
      verb: 'be told',
      rest: '',
      phrase: 'be told',
      topic: 'notify',
      weight,
      condition: { word: 'when', clause: told },
      role,
    })
  const naming =
    /^(?:(?:support|have|add|offer|enable|allow|implement|introduce)\s+)?(bulk |mass )?([a-z]{3,}ing) (?:of )?((?:the |our |all )?\p{L}.{2,})$/iu.exec(
      phrase,
    )
  const base = naming?.[2] === undefined ? undefined : GERUNDS.get(naming[2].toLowerCase())
  if (naming?.[3] !== undefined && base !== undefined)
    return fromPhrase(
      unit,
      `${base} ${naming[3]}${naming[1] === undefined ? '' : ' in bulk'}`,
      weight,
      split.condition,
      role,
    )
  const element =
    /^(?:add|put|show|include|place|introduce|provide|have|insert)\s+((?:an?|the)\s+(?:"[^"]*"\s+|[\p{L}-]+\s+){0,3}?(?:checkbox|button|link|field|column|icon|tooltip|dropdown|tab|menu(?: item)?|label|banner|badge|section|toggle|hint|placeholder|footer|header|logo)\b.*)$/iu.exec(
      phrase,
    )?.[1]
  if (element !== undefined)
    return make(unit, {
      verb: SHOWN.test(element) ? 'see' : 'use',
      rest: element.replace(/\s(?:to|on|in|at|into|for|that|which|next)\s.*$/i, ''),
      phrase: `${SHOWN.test(element) ? 'see' : 'use'} ${element.replace(/^the /i, 'a ').replace(/\sto (?=the\s)/i, ' on ')}`,
      topic: 'control',
      weight,
      condition: split.condition,
      role,
    })
  const improved =
    /^(?:make|get|improve)\s+((?:the |our |my )?[\p{L} -]{2,40}?)(?:\s+(?:better|nicer|easier|simpler|more \p{L}+|great|good|modern))?$/iu.exec(
      phrase,
    )?.[1]
  if (improved !== undefined && /\b(?:better|nicer|easier|simpler|more|great|good|modern)\b|^improve/i.test(phrase))
    return make(unit, {
      verb: 'improve',
      rest: improved,
      phrase,
      topic: 'improve',
      weight: Math.min(weight, 5),
      condition: split.condition,
      role,
    })
  if (!(verbal && leadingVerb(phrase) === null) && (nominal || WRAPPERS.test(phrase) || leadingVerb(phrase) === null)) {
    const stripped = phrase.replace(WRAPPERS, '').replace(/^(?:for|of|a|an|the)\s+/i, '')
    const inner = /^(?:ability|possibility|option|way|button|feature|link) to (?:be able to )?(.+)$/i.exec(
      stripped,
    )?.[1]
    if (inner !== undefined) return fromPhrase(unit, inner, weight, split.condition, role)
    const head =
      stripped.split(/\s(?:for|of|to|in|on|with|when|if|from|by|that|which|over|under|above)\s/i)[0] ?? stripped
    const noun = /^(?:make|have) (?:the|it|them)\b/i.test(phrase)
      ? null
      : (topicOfNoun(head) ?? (leadingVerb(phrase) === null ? topicOfNoun(stripped) : null))
    const concrete =
      leadingVerb(phrase) !== null &&
      /^(?:create|add|get)$/.test(leadingVerb(phrase)?.verb ?? '') &&
      noun?.topic !== undefined &&
      /\b(?:comment|customer|appointment|booking|account|user|contact)\b/i.test(head)
    if (noun !== null && !concrete) return fromNoun(unit, stripped, noun, weight, split.condition, role)
    if (leadingVerb(phrase) === null)
      return weight >= 7
        ? fromNoun(unit, stripped, { topic: 'other', verb: 'have' }, weight - 2, split.condition, role)
        : null
  }
  phrase = withFormat(phrase.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())).slice(0, 220)
  const adverb = /^\w+ly\s+/i.exec(phrase)?.[0] ?? ''
  const [unknown = '', ...others] = phrase.slice(adverb.length).split(' ')
  const found =
    leadingVerb(phrase.slice(adverb.length)) ??
    (verbal && /^[a-z]{3,}$/.test(unknown) ? { verb: unknown, rest: others.join(' ') } : null)
  if (found === null) return null
  return make(unit, {
    verb: found.verb,
    rest: found.rest,
    phrase,
    topic: topicOf(found.verb, found.rest),
    weight,
    condition: split.condition,
    role,
  })
}

const FORMAT = /\b(csv|pdf|xlsx|json|xml|ics|docx)\b/gi

/** "export invoices csv" → "export invoices as CSV". */
function withFormat(phrase: string): string {
  return phrase
    .replace(FORMAT, (word) => word.toUpperCase())
    .replace(
      /(?<=^(?:export|download|print|save|generate)\s.{3,60}(?<!\b(?:as|to|in|into|a|an|the|or|and|,)))\s+(CSV|PDF|XLSX|JSON|XML|ICS|DOCX|Excel)$/i,
      ' as $1',
    )
}

const VERBAL: Partial<Record<Topic, string>> = {
  export: 'export',
  import: 'import',
  upload: 'upload',
  search: 'search',
  filter: 'filter',
  migrate: 'migrate',
  translate: 'translate',
}
const NO_ARTICLE = /\b(?:mode|sso|2fa|mfa|pay|authentication|access|saml|oauth|performance|latency|accessibility)\b/i

/** Elements that are looked at, not worked with. */
const SHOWN = /\b(?:banner|badge|label|hint|tooltip|header|footer|logo|icon|column|section)\b/i

/** A feature named by a noun: what one does with it becomes the verb. */
function fromNoun(
  unit: Unit,
  noun: string,
  found: { topic: Topic; verb: string },
  weight: number,
  condition: Condition | null,
  role: string | null = null,
): Request {
  const text = (noun.split(/,\s/)[0] ?? noun)
    .replace(
      /^(?:up to|at most|no more than|(?:a )?max(?:imum)?(?: of)?)?\s*\d+\s+(?=\p{L}{3,})(?!.*\b(?:at once|at a time|at the same time|in one go)\b)/iu,
      '',
    )
    .replace(/\s+(?:per|for each|for every)\s+[\p{L}-]+$/iu, '')
    .replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())
    .replace(/\s+(?:would be|is needed|needed|wanted|missing|pls|please)\b.*$/i, '')
    .trim()
  const regular =
    found.topic === 'display' &&
    /\b(?:by e-?mail|every (?:day|week|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday))\b/i.test(text)
  if (regular)
    return make(unit, {
      verb: 'get',
      rest: '',
      phrase: `get ${/^(?:the|a|an|my|our)\s/i.test(text) ? text : `${article(text)} ${text}`}`,
      topic: 'notify',
      weight,
      condition,
      role,
    })
  const about = /\b(?:for|of|to|on|with|in)\s+(?:the |our |my |all )*(.+)$/i.exec(text)?.[1]
  const verbal = VERBAL[found.topic]
  const format = /\b(csv|pdf|excel|xlsx|json|xml|ics)\b/i.exec(text)?.[1]
  const plain = text
    .replace(/\b(?:csv|pdf|excel|xlsx|json|xml|ics)\b/gi, '')
    .replace(
      /\b(?:exports?|imports?|uploads?|downloads?|search(?: bar| box)?|filters?|refunds?|feature|function(?:ality)?|migration|translations?)\b/gi,
      ' ',
    )
    .replace(/\s+/g, ' ')
    .trim()
  const object = found.topic === 'notify' ? '' : (about ?? plain)
  const base = { topic: found.topic, weight, condition, role }
  if (found.topic === 'approve' && about !== undefined)
    return make(unit, { ...base, verb: 'have', rest: about, phrase: `have ${about} approved` })
  const thing = readThing(object)
  if (verbal !== undefined && thing.name !== '') {
    const suffix = format === undefined ? '' : ` as ${format.toUpperCase().replace('EXCEL', 'Excel')}`
    return make(unit, {
      ...base,
      verb: verbal,
      rest: object,
      phrase: `${verbal} ${about === undefined ? thing.many : object}${suffix}`,
    })
  }
  const head = text.split(/\s(?:for|of|to|with|on|in|when|if)\s/)[0] ?? text
  const articled =
    /^(?:the|a|an|my|our|all|some)\s/i.test(text) || /s$/.test(head) || NO_ARTICLE.test(text)
      ? text
      : `${article(text)} ${text}`
  const lowered = articled.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())
  return make(unit, {
    ...base,
    verb: found.verb.split(' ')[0] ?? 'use',
    rest: found.topic === 'notify' ? (about ?? '') : found.topic === 'audit' ? (about ?? text) : text,
    phrase: `${found.verb} ${withFormat(lowered)}`.trim(),
  })
}
