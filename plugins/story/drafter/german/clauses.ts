import type { Condition } from '../facts.ts'
import { finiteLast, finiteSecond, genderOfRole, isInfinitive, theRole, uncapital } from './grammar.ts'

const OPENERS =
  'wenn|falls|sobald|sofern|nachdem|bevor|solange|es sei denn|außer wenn|außer|nur wenn|nur falls|jedes mal wenn|immer wenn|bis'
const LEADING = new RegExp(
  `^(?<word>${OPENERS}),?\\s+(?<clause>.{4,240}?),\\s*(?:dann\\s+|so\\s+)?(?<main>.{3,})$`,
  'iu',
)
const TRAILING = new RegExp(`^(?<main>.{3,240}?),\\s+(?<word>${OPENERS}),?\\s+(?<clause>.{4,240}?)$`, 'iu')
const ONLY = new RegExp(`^(?<word>${OPENERS}),?\\s+(?<clause>.{4,240})$`, 'iu')

function wordOf(text: string): Condition['word'] {
  const word = text.toLowerCase()
  if (/^nur/.test(word)) return 'only'
  if (/sei denn|außer/.test(word)) return 'unless'
  if (/nachdem|sobald/.test(word)) return 'after'
  if (word === 'bevor') return 'before'
  if (word === 'bis') return 'until'
  return /mal wenn|immer wenn/.test(word) ? 'when' : 'if'
}

/** "Wenn X, Y" and "Y, wenn X" taken apart; `inverted` says that Y starts with its verb. */
export function splitCondition(sentence: string): { main: string; condition: Condition | null; inverted: boolean } {
  const lead = LEADING.exec(sentence)?.groups
  if (lead?.clause !== undefined && lead.main !== undefined)
    return { main: lead.main, condition: { word: wordOf(lead.word ?? ''), clause: lead.clause }, inverted: true }
  const tail = TRAILING.exec(sentence)?.groups
  if (tail?.clause !== undefined && tail.main !== undefined)
    return { main: tail.main, condition: { word: wordOf(tail.word ?? ''), clause: tail.clause }, inverted: false }
  const only = ONLY.exec(sentence)?.groups
  if (only?.clause !== undefined && !sentence.includes('?'))
    return { main: '', condition: { word: wordOf(only.word ?? ''), clause: only.clause }, inverted: false }
  return { main: sentence, condition: null, inverted: false }
}

/** The author's "ich, mein, unser" seen from outside. */
export function fromOutside(text: string, role: string): string {
  const the = theRole(role)
  const own = genderOfRole(role) === 'f' ? 'ihr' : 'sein'
  return text
    .replace(/(?<!\p{L})[Mm]ein(e[rnms]?)?(?!\p{L})/gu, (_, ending: string | undefined) => `${own}${ending ?? ''}`)
    .replace(/(?<!\p{L})[Uu]nsere(?!\p{L})/gu, 'die')
    .replace(/(?<!\p{L})[Uu]nseren(?!\p{L})/gu, 'den')
    .replace(/(?<!\p{L})[Uu]nserem(?!\p{L})/gu, 'dem')
    .replace(/(?<!\p{L})[Uu]nserer(?!\p{L})/gu, 'der')
    .replace(/(?<!\p{L})(?:mich|mir|uns)(?!\p{L})/gu, 'sich')
    .replace(
      /(?<!\p{L})[Ii]ch(?!\p{L})(.*?)(\p{Ll}+)$/u,
      (_, middle: string, verb: string) => `${the}${middle}${thirdFromFirst(verb)}`,
    )
    .replace(
      /(?<!\p{L})(?:[Mm]an|[Ww]ir)(?!\p{L})(.*?)(\p{Ll}+)$/u,
      (_, middle: string, verb: string) => `${the}${middle}${isInfinitive(verb) ? finiteLast(verb) : verb}`,
    )
}

function thirdFromFirst(verb: string): string {
  const known: Record<string, string> = {
    habe: 'hat',
    bin: 'ist',
    sehe: 'sieht',
    gebe: 'gibt',
    nehme: 'nimmt',
    lade: 'lädt',
    lese: 'liest',
    werde: 'wird',
  }
  return known[verb] ?? (verb.endsWith('e') ? finiteLast(`${verb}n`) : verb)
}

/** "meine Rechnungen exportieren" → "seine Rechnungen exportiert", as after "wenn er". */
export function finitePhrase(phrase: string): string {
  return phrase
    .split(/(\s+(?:und|oder|bzw\.)\s+|,\s+)/u)
    .map((part) => part.replace(/(?<=^|\s)(\p{Ll}+)$/u, (verb) => (isInfinitive(verb) ? finiteLast(verb) : verb)))
    .join('')
}

const MODAL = /(?<=^|\s)(soll(?:en|te|ten)?|muss|müssen|müsste|darf|dürfen|kann|können|wird|werden)(?=\s)/u

/** A sentence as it stands after "Dann": the verb first. What cannot be turned safely is stated as a rule. */
export function afterDann(sentence: string, role: string): string {
  const text = fromOutside(uncapital(sentence.trim().replace(/^(?:dann|so)\s+/i, '')), role)
  // Already turned: what follows "sonst" or "wenn …," begins with its verb.
  if (
    /^(?!soll|muss|müssen)\p{Ll}+(?:t|en|ist|hat)\s+(?:der|die|das|den|dem|eine?[rnm]?|keine?[rnm]?|es|er|sie|man|niemand|alle|\p{Lu}\p{Ll})/u.test(
      text,
    ) &&
    !/^(?:mit|seit|nicht|laut|jetzt)\s/u.test(text)
  )
    return text
  const modal = MODAL.exec(text)
  if (modal !== null) {
    const subjectFirst = modal.index > 0
    const subject = subjectFirst ? text.slice(0, modal.index).trim() : ''
    const rest = text.slice(modal.index + (modal[1]?.length ?? 0)).trim()
    const turned = turn(modal[1] ?? '', subject, rest)
    if (turned !== null) return turned
  }
  const stative =
    /^(?<subject>.{2,60}?)\s+(?<verb>ist|sind|hat|haben|bleibt|bleiben|erscheint|erscheinen|gilt|gelten|enthält|enthalten|zeigt|zeigen|bekommt|bekommen|erhält|erhalten|läuft|laufen|sieht|sehen)\s+(?<rest>.+)$/u.exec(
      text,
    )?.groups
  if (
    stative?.subject !== undefined &&
    stative.verb !== undefined &&
    /^(?:der|die|das|ein|eine|es|er|sie|alle|jede[rs]?|nur|\p{Lu})/u.test(stative.subject)
  )
    return `${stative.verb} ${stative.subject} ${stative.rest ?? ''}`.trim()
  return `gilt: ${text}`
}

function turn(modal: string, subject: string, rest: string): string | null {
  const words = rest.replace(/[,;].*$/u, '').split(' ')
  const last = words.at(-1) ?? ''
  const plural = /en$/.test(modal) && modal !== 'sollten' ? true : modal === 'sollten'
  const body = words.slice(0, -1).join(' ')
  const before = subject === '' ? '' : ` ${subject}`
  if (/^(?:wird|werden)$/.test(modal)) return `${modal}${before} ${rest}`
  if (/^(?:darf|dürfen|kann|können)$/.test(modal)) return `${modal}${before} ${rest}`
  if (last === 'werden' && body !== '') return `${plural ? 'werden' : 'wird'}${before} ${body}`
  if (last === 'können') return `${plural ? 'können' : 'kann'}${before} ${body}`
  if (last === 'sein') return `${plural ? 'sind' : 'ist'}${before} ${body}`
  if (last === 'haben') return `${plural ? 'haben' : 'hat'}${before} ${body}`
  if (!isInfinitive(last)) return null
  const { verb, tail } = finiteSecond(last, plural)
  return `${verb}${before} ${body}${tail === '' ? '' : ` ${tail}`}`.replace(/\s+/g, ' ')
}

/** A sentence with a modal verb as it stands after "dass"; null where its parts are not clear. */
export function verbFinal(sentence: string, negated = false): string | null {
  const parts = /^(.{2,80}?)\s+(?:soll(?:en|te|ten)?|muss|müssen|müsste)\s+(.{3,})$/u.exec(uncapital(sentence.trim()))
  const words = parts?.[2]?.split(' ') ?? []
  const last = words.at(-1) ?? ''
  if (parts?.[1] === undefined || !(isInfinitive(last) || /^(?:werden|sein|haben)$/.test(last))) return null
  const plural = /\s(?:sollen|sollten|müssen)\s/u.test(sentence)
  const finite = plural ? (last === 'sein' ? 'sind' : last) : finiteLast(last)
  const middle = words.slice(0, -1)
  if (negated)
    middle.splice(
      /^(?:sie|ihn|es|ihm|ihr)$/u.test(middle[0] ?? '')
        ? 1
        : Math.max(
            0,
            middle.findIndex((word) => /^(?:innerhalb|in|binnen|bis|vor|nach|per|mit)$/u.test(word)),
          ),
      0,
      'nicht',
    )
  return [parts[1], ...middle, finite].join(' ')
}

/** Conditions stand after "Wenn" as they are; after "Angenommen" they take "dass". */
export function given(clause: string, role: string): string {
  return `dass ${fromOutside(uncapital(clause), role)}`
}

/** The opposite of a clause with its verb at the end; null where moving one word is not enough. */
export function opposite(clause: string): string | null {
  if (/(?<!\p{L})(?:oder|keine?[nrms]?|nie|niemand|nichts)(?!\p{L})/iu.test(clause)) return null
  if (/(?<!\p{L})nicht(?!\p{L})/u.test(clause)) return clause.replace(/\s*(?<!\p{L})nicht(?!\p{L})/u, '')
  const found =
    /^(.+?)\s+((?:\p{L}+t|\p{L}+en)\s+(?:ist|sind|hat|haben|wird|werden|wurde|wurden)|(?:\p{L}+)\s+(?:ist|sind)|\p{Ll}+t)$/u.exec(
      clause,
    )
  return found?.[1] === undefined ? null : `${found[1]} nicht ${found[2]}`
}

export function isState(clause: string): boolean {
  return (
    /(?:ist|sind|hat|haben|besitzt|fehlt|enthält|vorliegt|gibt|wurde|wurden|war|waren)$/u.test(clause.trim()) &&
    !/(?:geklickt|gesendet|gewonnen|bezahlt|hochgeladen|abgeschickt|eingereicht) (?:ist|hat|haben|sind)$/u.test(
      clause.trim(),
    )
  )
}
