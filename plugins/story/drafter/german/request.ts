import { readSystems } from '../entities.ts'
import type { Actor, Condition, Request, Thing, Topic, Unit } from '../facts.ts'
import { splitCondition } from './clauses.ts'
import { isInfinitive, nounOf, withoutZu } from './grammar.ts'
import { roleOf, topicOfNoun, topicOfVerb } from './lexicon.ts'

const STRIP =
  /^(?:(?:und|auch|aber|also|außerdem|zusätzlich|weiterhin|ferner|idealerweise|bitte|hallo zusammen|feature|wunsch|idee|anforderung|story|user story|betreff|aw|re)\s*[:,-]?\s+)+(?=\S)/iu
const ASK: readonly (readonly [pattern: RegExp, weight: number])[] = [
  [
    /^als (?<who>[^,]{2,60}?),?\s+(?:möchte|will|würde|brauche|benötige|muss|kann|soll|wünsche)\s+(?:ich|wir)(?:\s+(?:mir|gerne?))*,?\s+(?<what>.+)$/iu,
    10,
  ],
  [
    /^(?:es wäre|wäre es|schön wäre es|es ist)\s+(?:\p{L}+\s){0,2}?(?:schön|gut|toll|super|hilfreich|praktisch|cool|möglich|wichtig|klasse),?\s+(?:wenn|falls|dass)\s+(?:man|wir|ich|(?<who>(?:die |der |unsere |alle )?[\p{L} -]{2,40}?))\s+(?<what>.+?)(?:\s+(?:könnten?|kann|können|würden?))?$/iu,
    8,
  ],
  [/(?:möglichkeit|option|funktion),?\s+(?<what>.+)$/iu, 7],
  [
    /^(?:kann|können|könnte|könnten|könnt)\s+(?:man|wir|ihr|sie|jemand|ich)\s+(?:bitte\s+|vielleicht\s+|mal\s+)*(?<what>.+)$/iu,
    8,
  ],
  [
    /^(?:ich|wir)\s+(?:möchten?|wollen|will|müssen|muss|würden?|sollten|können)\s+(?:gerne?\s+|bitte\s+)?(?<what>.+)$/iu,
    8,
  ],
  [
    /^(?:ich|wir|(?<who>(?:die |der |das |unsere? |unser |alle )?[\p{L} -]{2,40}?))\s+(?:brauchen|brauche|braucht|benötigen|benötige|benötigt|wünschen uns|wünsche mir|hätten gerne?|hätte gerne?)\s+(?<what>.+)$/iu,
    7,
  ],
  [
    /^(?<who>(?:die |der |das |unsere? |unser |alle |angemeldete |registrierte )?[\p{L} -]{2,40}?)\s+(?:sollen|soll|sollten|sollte|müssen|muss|können|kann|dürfen|darf|möchten|möchte|wollen|will)\s+(?!nicht|nur\b|keine?\b|nie\b)(?:auch\s+|künftig\s+|zukünftig\s+|selbst\s+)?(?<what>.+)$/iu,
    8,
  ],
]
const BENEFIT = /,?\s+(?:damit|so ?dass|weil|um)\s+(?<why>.{4,})$/iu
const CONNECTOR = /,?\s+(damit|so ?dass|weil|um)\s+.{4,}$/iu

const ELEMENT =
  /^((?:eine?n?|den|die|das)\s+(?:\p{Ll}+\s)?(?:Button|Schaltfläche|Feld|Spalte|Link|Checkbox|Häkchen|Menüpunkt|Hinweis|Banner|Tooltip|Reiter|Symbol|Logo)(?!\p{L}).*?)\s+(?:einbauen|einfügen|hinzufügen|ergänzen|anzeigen|einblenden)$/u

export function readBenefit(units: readonly Unit[]): { text: string; unit: Unit } | null {
  for (const unit of units) {
    const match = BENEFIT.exec(unit.plain)
    const why = match?.groups?.why
    if (why === undefined || match === null) continue
    const purpose = /^,?\s+um\s/iu.test(match[0])
    if (purpose && !/(?:^|\s)zu\s+\p{Ll}+n$|\p{Ll}zu\p{Ll}+n$/u.test(why)) continue
    return { unit, text: (purpose ? `ich ${withoutZu(why)} kann` : why).slice(0, 300) }
  }
  return null
}

export function withoutBenefit(text: string): string {
  return CONNECTOR.test(text) &&
    (!/,?\s+um\s/iu.test(CONNECTOR.exec(text)?.[0] ?? '') || /zu\p{Ll}*\s*\p{Ll}+n$/u.test(text))
    ? text.replace(CONNECTOR, '').trim()
    : text
}

export function withoutPreamble(text: string): string {
  return text.replace(STRIP, '').trim()
}

export function readRequest(unit: Unit): Request | null {
  let text = withoutPreamble(unit.plain)
  if (/^nur\s|[,;]\s*(?:sonst|andernfalls|ansonsten)\s|^(?:nicht|un)\s?(?:eingeloggte|angemeldete)/iu.test(text))
    return null
  text = text.replace(/\s+(?:bitte|danke)$/iu, '')
  const split = splitCondition(withoutBenefit(text))
  const outer = split.inverted ? split.condition : null
  if (split.inverted && /^(?:soll|muss|darf|kann|wird|ist|hat)(?:en|te|ten)?\s/iu.test(split.main)) return null
  if (split.inverted) text = split.main
  const slow =
    /^(?:die |der |das |unsere?n? )?(?<what>.{3,60}?)\s+(?:ist|sind|lädt|laden|dauert|dauern|reagiert)\s+(?:\p{L}+\s){0,2}?(?:langsam|lang|lange|träge|ewig)(?!\p{L})/iu.exec(
      text,
    )?.groups?.what
  const slowThing = slow === undefined ? undefined : slow.split(' ').findLast((word) => /^\p{Lu}/u.test(word))
  if (slowThing !== undefined)
    return make(unit, `schneller mit „${slowThing}“ arbeiten`, 'arbeiten', 5, null, null, 'performance')
  const missing =
    /^(?<who>(?:die |der |unsere |alle )?[\p{L} -]{2,40}?)\s+(?:können|kann|dürfen)\s+(?<what>.{3,120}?)\s+nicht\s+(?<verb>\p{Ll}+n)$/iu.exec(
      text,
    )?.groups
  if (missing?.who !== undefined && missing.verb !== undefined && roleIn(missing.who) !== null)
    return fromPhrase(unit, `${missing.what ?? ''} ${missing.verb}`, 5, null, roleIn(missing.who))
  const wanted = ELEMENT.exec(withoutBenefit(text))?.[1]
  if (wanted !== undefined) return make(unit, `${wanted} verwenden`, 'verwenden', 7, outer, null, 'control')
  for (const [pattern, weight] of ASK) {
    const groups = pattern.exec(text)?.groups
    if (groups?.what === undefined) continue
    const role = groups.who === undefined || weight === 10 ? null : roleIn(groups.who)
    if (groups.who !== undefined && weight !== 10 && role === null) continue
    if (outer !== null && role !== null) continue
    const made = fromPhrase(unit, groups.what, weight, outer, role)
    if (made !== null) return made
  }
  const bare = withoutBenefit(text)
  const last = bare.split(' ').at(-1) ?? ''
  if (
    isInfinitive(last) &&
    topicOfVerb(last) !== null &&
    bare.split(' ').length <= 14 &&
    !/(?<!\p{L})(?:soll\p{L}*|muss|müssen|wird|werden|kann|können|darf|dürfen)(?!\p{L})/iu.test(bare)
  )
    return { ...make(unit, bare, last, 6, split.condition, null), automatic: outer !== null }
  const imperative = /^(?:bitte\s+)?(?<verb>\p{Lu}?\p{Ll}+[te]?)\s+(?<rest>.+)$/u.exec(bare)?.groups
  const verb = imperative?.verb === undefined ? '' : `${imperative.verb.toLowerCase().replace(/[te]$/, '')}en`
  if (
    imperative?.rest !== undefined &&
    topicOfVerb(verb) !== null &&
    /^(?:den|die|das|eine?n?|alle|meine?n?)\s/u.test(imperative.rest)
  )
    return make(unit, `${imperative.rest} ${verb}`, verb, 6, outer ?? split.condition, null)
  const noun = topicOfNoun(bare)
  const statement =
    /(?<!\p{L})(?:ist|sind|wird|werden|soll\p{L}*|muss|müssen|darf|dürfen|kann|können|hat|haben|läuft|laufen)(?!\p{L})/iu.test(
      bare,
    )
  if (noun !== null && bare.split(' ').length <= 9 && !statement && !(noun.topic === 'performance' && /\d/.test(bare)))
    return fromNoun(unit, bare, noun, 3, outer)
  return null
}

export function roleIn(text: string): string | null {
  const words = text
    .replace(/[^\p{L}:* -]/gu, '')
    .trim()
    .split(/\s+/)
  for (let at = words.length - 1; at >= 0; at -= 1) {
    const role = roleOf(words[at] ?? '')
    if (role !== null) return role
  }
  return null
}

function fromPhrase(
  unit: Unit,
  raw: string,
  weight: number,
  outer: Condition | null,
  role: string | null,
): Request | null {
  const bare = withoutBenefit(raw)
  const split = outer === null ? splitCondition(bare) : { main: bare, condition: outer }
  const phrase = withoutZu(
    (split.main === '' ? bare : split.main)
      .replace(/,\s*(?:max\p{L}*|höchstens|mindestens|aber|nicht|ohne)\b.*$/iu, '')
      .replace(/^(?:bitte|dass|die möglichkeit|eine möglichkeit|gerne?)[,\s]+/iu, '')
      .trim(),
  )
    .replace(/\s+(?:können|dürfen|zu können|haben wollen|lassen können)$/u, '')
    .trim()
  const looking = /^(\p{Ll}+en),\s+(?:welche[rsn]?|ob|wann|wer|wie|was|wo|dass)\s.+$/iu.exec(bare)?.[1]?.toLowerCase()
  if (looking !== undefined && topicOfVerb(looking) !== null) return make(unit, bare, looking, weight, null, role)
  const element = ELEMENT.exec(phrase)?.[1]
  if (element !== undefined)
    return make(unit, `${element} verwenden`, 'verwenden', weight, split.condition, role, 'control')
  const told =
    /^(?:sich |mich |uns )?(?:(.+?)\s+)?(benachrichtig|informier|erinner|warn|alarmier)(?:en|n|t|ert|iert) (?:lassen|werden)(?: könnten?| kann| können)?$/iu.exec(
      phrase,
    )
  if (told?.[2] !== undefined)
    return make(
      unit,
      `${told[1] === undefined ? '' : `${told[1]} `}${{ benachrichtig: 'benachrichtigt', informier: 'informiert', erinner: 'erinnert', warn: 'gewarnt', alarmier: 'alarmiert' }[told[2].toLowerCase()] ?? 'informiert'} werden`,
      'bekommen',
      weight,
      split.condition,
      role,
      'notify',
    )
  const last = phrase.split(' ').at(-1) ?? ''
  if (isInfinitive(last) && !/^(?:haben|sein|werden)$/.test(last))
    return make(unit, phrase, last, weight, split.condition, role)
  const noun = topicOfNoun(phrase)
  if (noun !== null)
    return fromNoun(unit, phrase.replace(/\s+(?:haben|sein|werden)$/u, ''), noun, weight - 1, split.condition, role)
  return weight >= 7 && /\p{Lu}/u.test(phrase)
    ? make(unit, `${phrase.replace(/\s+haben$/u, '')} haben`, 'haben', weight - 2, split.condition, role)
    : null
}

function fromNoun(
  unit: Unit,
  text: string,
  found: { topic: Topic; verb: string },
  weight: number,
  condition: Condition | null,
  role: string | null = null,
): Request {
  const about = /\s(?:für|von|der|des|aller|meiner|unserer)\s+(?:die |den |das |alle |unsere |meine )?(.+)$/iu.exec(
    text,
  )?.[1]
  const format = /\b(csv|pdf|excel|xlsx|json|xml|ics)\b/iu.exec(text)?.[1]
  if (/^(?:einen |den )?(?:dunkelmodus|dark ?mode)$/iu.test(text))
    return make(unit, 'den Dunkelmodus einschalten', 'einschalten', weight, condition, role)
  if (/^(?:export|import)$/.test(found.topic) && about !== undefined) {
    const object = about.replace(/\s+(?:als|im|in)\s.*$/iu, '')
    return make(
      unit,
      `${object}${format === undefined ? '' : ` als ${format.toUpperCase().replace('EXCEL', 'Excel')}`} ${found.verb}`,
      found.verb,
      weight,
      condition,
      role,
    )
  }
  return make(
    unit,
    `${text.replace(/^(?:eine?n?|der|die|das|den)\s/iu, (article) => article.toLowerCase())} ${found.verb}`,
    found.verb,
    weight,
    condition,
    role,
    found.topic,
  )
}

function make(
  unit: Unit,
  phrase: string,
  verb: string,
  weight: number,
  condition: Condition | null,
  role: string | null,
  topic?: Topic,
): Request {
  const lowered = phrase
    .replace(/^(?:Die|Der|Das|Den|Eine?n?|Alle|Meine?n?|Unsere?n?)(?=\s)/u, (word) => word.toLowerCase())
    .replace(/\b(csv|pdf|xlsx|json|xml|ics)\b/gi, (word) => word.toUpperCase())
    .slice(0, 220)
  const found = topic ?? refine(topicOfVerb(verb) ?? topicOfNoun(phrase)?.topic ?? 'other', verb, lowered)
  const automatic =
    role === null &&
    (/^(?:automate|limit|restrict|validate)$/.test(found) ||
      (found === 'notify' && !/^(?:erhalten|bekommen)$/.test(verb)))
  return {
    unit,
    phrase: lowered,
    verb,
    topic: found,
    thing: readThing(lowered),
    condition,
    role,
    automatic,
    weight: weight - (unit.quoted ? 3 : 0),
  }
}

function refine(topic: Topic, verb: string, phrase: string): Topic {
  if (/passw[oö]rt/i.test(phrase) && /^(?:zurücksetzen|ändern|vergessen)$/.test(verb)) return 'password'
  if (topic === 'password') return 'edit'
  if (/^(?:erhalten|bekommen|senden|schicken|versenden)$/.test(verb))
    return /benachricht|erinner|mail|nachricht|hinweis|sms|push|info|newsletter|bestätigung/iu.test(phrase) ||
      !/^(?:erhalten|bekommen)$/.test(verb)
      ? 'notify'
      : (topicOfNoun(phrase)?.topic ?? 'display')
  if (
    /^(?:übertragen|übernehmen|umziehen|importieren)$/.test(verb) &&
    /alt(?:e[nrms]?|system)|neue[nrms]? (?:system|server|crm|datenbank|plattform)/iu.test(phrase)
  )
    return 'migrate'
  if (
    /^(?:anlegen|erstellen|übermitteln|melden)$/.test(verb) &&
    /\b(?:in|an|nach)\s/iu.test(phrase) &&
    readSystems(phrase).length > 0
  )
    return 'sync'
  if (/gutschein|rabattcode/iu.test(phrase) && /^(?:eingeben|einlösen|verwenden|nutzen)$/.test(verb)) return 'pay'
  if (verb === 'laden') return 'performance'
  if (verb === 'buchen') return 'schedule'
  if (verb === 'zurückgeben' || verb === 'zurücksenden') return 'refund'
  return topic
}

/** The first noun that is no format, time or place word. */
function readThing(phrase: string): Thing {
  const words = phrase.replace(/[",;:()„“]/g, ' ').split(/\s+/)
  for (const word of words) {
    if (
      !/^\p{Lu}\p{Ll}/u.test(word) ||
      /^(?:Uhr|Prozent|Tag\p{Ll}*|Stunde\p{Ll}*|Minute\p{Ll}*|Woche\p{Ll}*|Monat\p{Ll}*|Jahr\p{Ll}*|Excel|Slack|Teams|Outlook|Möglichkeit|Funktion|Liste|Übersicht|Dashboard|Export|Import|Anzahl|System|Die|Der|Das|Den|Ein\p{Ll}*|Alle|Als|Bitte|Für|Bei|Neue\p{Ll}*|Offene\p{Ll}*)$/u.test(
        word,
      )
    )
      continue
    if (readSystems(word).length > 0) continue
    const noun = nounOf(word)
    return { name: word, one: noun.one, many: noun.many }
  }
  return { name: '', one: '', many: '' }
}

const AS_A =
  /^(?:story:\s*|user story:\s*)?als ([^,.;:]{2,60}?),?\s+(?:möchte|will|würde|brauche|benötige|muss|kann|soll|wünsche)\s+(?:ich|wir)\b/iu

export function readActor(units: readonly Unit[], main: string | null, fallback: string): Actor {
  const own = units.filter((unit) => !unit.quoted || units.every((other) => other.quoted))
  for (const unit of own) {
    const named = AS_A.exec(withoutPreamble(unit.plain))?.[1]
    if (named !== undefined)
      return {
        role: named
          .replace(/^(?:eine?|der|die|das)\s/iu, '')
          .trim()
          .slice(0, 80),
        explicit: true,
      }
  }
  if (main !== null) return { role: main, explicit: true }
  for (const unit of own) {
    const subject =
      /^(?:nur\s+)?((?:die |der |das |unsere? |unser |alle )?[\p{L}:* -]{2,45}?)\s+(?:soll|muss|müssen|kann|können|darf|dürfen|möchte|will|wollen|braucht|brauchen|verlier|verschwend|vergess|beschwer|such|arbeit|hat|haben|werden|wird)\p{Ll}*\b/iu.exec(
        splitCondition(unit.plain).main,
      )?.[1]
    const turned = /,\s+(?:soll|muss|wird|kann|darf)(?:en)?\s+((?:der|die|das|ein|eine)\s\p{Lu}[\p{L}-]+)/u.exec(
      unit.plain,
    )?.[1]
    const role = roleIn(subject ?? '') ?? roleIn(turned ?? '')
    if (role !== null) return { role, explicit: true }
    const receiver = /(?<!\p{L})(?:für|unseren|unserem|den|dem)\s+((?:\p{L}+\s)?\p{Lu}[\p{L}]+)/u.exec(unit.plain)?.[1]
    const given = receiver === undefined ? null : roleIn(receiver)
    if (given !== null && /(?<!\p{L})für\s/iu.test(unit.plain)) return { role: given, explicit: true }
  }
  return { role: fallback, explicit: false }
}
