import { findAmbiguous } from '../source/ambiguity.ts'
import { detectLanguage } from '../source/language.ts'
import { readBug } from './english/bug.ts'
import { readPermissions } from './english/permissions.ts'
import { readActor, readBenefit, readRequest, readRule } from './english/read.ts'
import { assumedRole } from './english/story.ts'
import { readDevices, readFormats, readLabels, readSystems } from './entities.ts'
import type { Reading, Request, Rule } from './facts.ts'
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
  requests.sort((a, b) => b.weight - a.weight || a.unit.span.start - b.unit.span.start)
  const actor = readActor(units, assumedRole(requests[0]?.topic, plain))
  return {
    text: plain,
    units,
    source,
    language: 'en',
    actor,
    requests,
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
