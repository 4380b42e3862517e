import { findAmbiguous } from '../source/ambiguity.ts'
import { detectLanguage } from '../source/language.ts'
import { readActor } from './english/actor.ts'
import { readBug } from './english/bug.ts'
import { readPermissions } from './english/permissions.ts'
import { readBenefit, readRequest } from './english/request.ts'
import { readRule } from './english/rule.ts'
import { assumedRole } from './english/story.ts'
import { readDevices, readFormats, readLabels, readSystems } from './entities.ts'
import type { Bug, Reading, Request, Rule } from './facts.ts'
import { readMeasures } from './measures.ts'
import { readUnits, textOf } from './units.ts'

/** A story is in the first pages or nowhere; the rest of a very long text is not searched for more wishes. */
const MAX_UNITS = 160

export function read(text: string): Reading {
  const units = readUnits(text).slice(0, MAX_UNITS)
  const plain = textOf(units)
  const source = detectLanguage(plain).language
  const bug = readBug(units)
  const requests: Request[] = []
  const rules: Rule[] = []
  for (const unit of units) {
    const request =
      /:$/.test(unit.span.text.trim()) && units.some((other) => other.lead === unit) ? null : readRequest(unit)
    if (request !== null) requests.push(request)
    const rule = request === null ? readRule(unit) : null
    if (rule !== null) rules.push(rule)
  }
  const wished = worthwhile(requests, bug)
  const actor = readActor(units, wished[0]?.role ?? null, assumedRole(wished[0]?.topic, plain))
  return {
    text: plain,
    units,
    source,
    language: 'en',
    actor,
    requests: wished,
    rules,
    permissions: readPermissions(units, actor),
    measures: readMeasures(units),
    items: units.filter((unit) => unit.item),
    bug,
    benefit: readBenefit(units),
    formats: readFormats(plain),
    systems: readSystems(plain),
    devices: readDevices(plain),
    labels: readLabels(plain),
    ambiguous: findAmbiguous(plain, source),
  }
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
        (request.weight > 3 || best <= 3) &&
        (!request.unit.quoted || best <= 5) &&
        (bug === null || request.weight > 5),
    )
    .toSorted((a, b) => b.weight - a.weight || a.unit.span.start - b.unit.span.start)
}
