import type { Actor, Bug, Permission, Rule, Unit } from '../facts.ts'
import { splitCondition, verbFinal } from './clauses.ts'
import { readRequest, roleIn, withoutBenefit, withoutPreamble } from './request.ts'

const STATEMENT =
  /(?<!\p{L})(?:soll(?:en|te|ten)?|muss|müssen|darf|dürfen|kann|können|wird|werden|läuft|laufen|gilt|gelten|verfällt|verfallen|zeigt|zeigen|enthält|enthalten|erscheint|erscheinen)(?!\p{L})/iu

export function readRule(unit: Unit): Rule | null {
  const text = withoutBenefit(withoutPreamble(unit.plain))
  const otherwise = /^(.{3,200}?)[,;]\s+(?:sonst|andernfalls|ansonsten)\s+(.{3,})$/iu.exec(text)
  if (otherwise?.[1] !== undefined && otherwise[2] !== undefined)
    return {
      unit,
      outcome: otherwise[2],
      condition: { word: 'when', clause: verbFinal(otherwise[1], true) ?? `das nicht geschieht: ${otherwise[1]}` },
      negative: false,
    }
  const { main, condition } = splitCondition(text)
  if (main === '') return null
  if (condition === null && !STATEMENT.test(main)) return null
  return { unit, outcome: main, condition, negative: /(?<!\p{L})(?:nicht|keine?[nrms]?|nie)(?!\p{L})/iu.test(main) }
}

const ONLY =
  /(?<!\p{L})nur\s+((?:die |der |unsere |angemeldete |berechtigte )?[\p{L}:* -]{2,40}?)\s+(?:dürfen|darf|können|kann|sollen|soll|haben|hat|sehen|sieht)\s+(.+)$/iu
const ONLY_FOR =
  /(?<!\p{L})nur\s+(?:für|von|durch)\s+((?:die |den |der |unsere )?[\p{L}:*-]{3,40}(?:\s\p{Lu}[\p{L}]+)?)/iu
const INVERTED = /(?:darf|dürfen|kann|können|soll|sollen)\s+nur\s+((?:die |der )?[\p{L}:*-]{3,40})/iu
const DENIED =
  /^(?:die |der |andere |normale |unsere )?([\p{L}:* -]{2,40}?)\s+(?:dürfen|darf|sollen|soll|können|kann)\s+(?:(?:das |diese[sn]? |die |den )?[\p{L} -]{0,60}?)?(?:nicht|keine?n?)\s+(.+)$/iu
const SIGNED_OUT =
  /(?<!\p{L})(?:nicht (?:eingeloggt|angemeldet)\p{Ll}*|ohne (?:anmeldung|login|konto|berechtigung)|unangemeldet\p{Ll}*)(?!\p{L})/iu

export function readPermissions(units: readonly Unit[], actor: Actor): Permission[] {
  return units.flatMap((unit): Permission[] => {
    const text = unit.plain
    const only = ONLY.exec(text)
    const allowed = roleIn(only?.[1] ?? ONLY_FOR.exec(text)?.[1] ?? INVERTED.exec(text)?.[1] ?? '')
    if (allowed !== null) return [{ unit, allowed, denied: null, action: infinitivePhrase(only?.[2]) }]
    if (SIGNED_OUT.test(text)) return [{ unit, allowed: null, denied: 'nicht angemeldeter Besucher', action: null }]
    const denied = DENIED.exec(text)
    const role = denied?.[1] === undefined ? null : roleIn(denied[1])
    if (role !== null && role !== actor.role && readRequest(unit) === null)
      return [{ unit, allowed: null, denied: role, action: infinitivePhrase(denied?.[2]) }]
    return []
  })
}

function infinitivePhrase(text: string | undefined): string | null {
  const phrase =
    text
      ?.split(/[,;]/)[0]
      ?.trim()
      .replace(/^(?:(?:danach|noch|auch|dann|weiterhin|künftig)\s+)+/iu, '') ?? ''
  return /\p{Ll}+(?:en|ern|eln)$/u.test(phrase) ? phrase.slice(0, 120) : null
}

const SIGNAL =
  /(?<!\p{L})(?:bug|fehler(?:meldung|seite)?|stürzt|absturz|kaputt|funktioniert nicht|geht nicht|klappt nicht|hängt|friert|leere seite|weiße seite|exception|falsche[nrsm]? (?:summe|betrag|wert|datum|ergebnis|preis)|doppelt|verschwindet|bricht (?:\p{L}+ )?ab|statt|anstatt)(?!\p{L})/iu
const STRONG =
  /(?<!\p{L})(?:bug|fehler:|stürzt|absturz|kaputt|funktioniert nicht|geht nicht|klappt nicht|friert|bricht (?:\p{L}+ )?ab|erwartet\p{L}*\s*:|tatsächlich\p{L}*\s*:|schritte|falsche[nrsm]? (?:summe|betrag|wert|datum|ergebnis|preis))/iu

export function readBug(units: readonly Unit[]): Bug | null {
  const all = units.map((unit) => unit.plain).join('. ')
  if (!SIGNAL.test(all) || !STRONG.test(all) || /(?<!\p{L})(?:möchte|wäre schön)(?!\p{L})/iu.test(all)) return null
  let expected: Bug['expected'] = null
  let actual: Bug['actual'] = null
  let trigger: string | null = null
  const steps: { unit: Unit; text: string }[] = []
  for (const unit of units) {
    const text = unit.plain.replace(/^(?:bug|fehler|problem)\s*[:-]\s*/iu, '')
    const wanted = /^(?:erwartet\p{L}*(?:\s\p{L}+)?|soll|sollverhalten|soll-verhalten)\s*:\s*(.+)$/iu.exec(text)?.[1]
    const got = /^(?:tatsächlich\p{L}*(?:\s\p{L}+)?|ist|istverhalten|ist-verhalten|stattdessen)\s*:\s*(.+)$/iu.exec(
      text,
    )?.[1]
    if (wanted !== undefined) expected ??= { unit, text: wanted }
    else if (got !== undefined) actual = { unit, text: got }
    else if (unit.item && unit.lead !== null && /schritte|reproduz/iu.test(unit.lead.plain)) steps.push({ unit, text })
    else {
      const clauses = text.split(/,\s+aber\s+|\s+aber\s+|,\s+(?=es\s+(?:soll|müsste))/iu)
      for (const clause of clauses) {
        const { main, condition } = splitCondition(clause)
        const core = main === '' ? clause : main
        if (/(?<!\p{L})(?:soll(?:te|ten|en)?|müsste)(?!\p{L})/iu.test(core) && !SIGNAL.test(core))
          expected ??= { unit, text: core }
        else if (SIGNAL.test(core)) actual ??= { unit, text: core }
        if (condition !== null && SIGNAL.test(clause)) trigger ??= condition.clause
      }
    }
  }
  const unit = units.find((candidate) => SIGNAL.test(candidate.plain))
  return unit === undefined || (actual === null && steps.length === 0)
    ? null
    : { unit, steps, trigger, about: null, expected, actual }
}
