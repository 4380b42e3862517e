import { findAmbiguous } from '../source/ambiguity.ts'
import { detectLanguage } from '../source/language.ts'
import { english, foreign } from './english/voice.ts'
import { readDevices, readFormats, readSystems } from './entities.ts'
import type { Bug, Reading, Request, Rule } from './facts.ts'
import { german } from './german/voice.ts'
import { readMeasures } from './measures.ts'
import { readUnits, textOf } from './units.ts'
import type { Voice } from './voice.ts'

/** At most twelve criteria are shown; three times as many of each kind are enough to choose from. */
const MANY = 36

export function read(text: string): { reading: Reading; voice: Voice } {
  const source = detectLanguage(text).language
  const voice = source === 'de' ? german : source === 'en' ? english : foreign
  const units = readUnits(text, source).flatMap((unit) => {
    const parts = voice.splitWishes(unit.plain)
    return parts.length < 2 ? [unit] : parts.map((plain) => ({ ...unit, plain }))
  })
  const plain = textOf(units)
  const bug = voice.readBug(units)
  const requests: Request[] = []
  const rules: Rule[] = []
  for (const unit of units) {
    const lead = unit.span.text.trim().endsWith(':') && units.some((other) => other.lead === unit)
    const request = lead ? null : voice.readRequest(unit)
    if (request !== null) requests.push(request)
    const rule = request === null ? voice.readRule(unit) : null
    if (rule !== null) rules.push(rule)
  }
  const wished = worthwhile(requests, bug)
  const actor = voice.readActor(units, wished[0]?.role ?? null, voice.assumedRole(wished[0]?.topic, plain))
  const reading: Reading = {
    text: plain,
    units,
    source,
    language: voice.language,
    actor,
    requests: wished.slice(0, MANY),
    rules: rules.slice(0, MANY),
    permissions: voice.readPermissions(units, actor),
    measures: readMeasures(units).slice(0, MANY),
    items: units.filter((unit) => unit.item).slice(0, MANY),
    bug,
    benefit: voice.readBenefit(units),
    formats: readFormats(plain),
    systems: readSystems(plain),
    devices: readDevices(plain),
    ambiguous: findAmbiguous(plain, source),
  }
  return { reading, voice }
}

/** The surest wish first. Nouns and quoted mail count only where nothing plainer is said; steps of a bug report are no wishes. */
function worthwhile(requests: readonly Request[], bug: Bug | null): Request[] {
  const best = Math.max(0, ...requests.map((request) => request.weight))
  const steps = new Set(
    bug === null ? [] : [bug.unit, bug.actual?.unit, bug.expected?.unit, ...bug.steps.map((step) => step.unit)],
  )
  return requests
    .filter(
      (request) =>
        !steps.has(request.unit) &&
        (request.weight > 3 || best <= 3 || /^(?:notify|export|import|approve|audit)$/.test(request.topic)) &&
        (!request.unit.quoted || best <= 5) &&
        (bug === null || request.weight > 5),
    )
    .toSorted((a, b) => b.weight - a.weight || a.unit.span.start - b.unit.span.start)
}
