import type { Reading, Request, Rule, Seed, Unit } from '../facts.ts'
import { bugSeeds } from './bug.ts'
import { correctArticles } from './grammar.ts'
import { deviceSeeds, furtherSeeds, happySeeds } from './happy.ts'
import { topicOfNoun } from './lexicon.ts'
import { limitSeeds, rangeSeeds } from './limits.ts'
import { permissionSeeds } from './permissions.ts'
import { playbook } from './playbook.ts'
import { itemSeeds, ruleSeeds } from './rules.ts'
import { type Scene, sceneOf } from './scene.ts'

/** Every scenario the reading supports; choosing among them comes later. */
export function writeSeeds(reading: Reading): Seed[] {
  const main = reading.requests[0]
  const scene = main === undefined ? looseScene(reading) : sceneOf(main, reading)
  const seeds: Seed[] = reading.bug === null ? [] : bugSeeds(reading.bug, reading, scene)
  if (reading.bug === null && main !== undefined) seeds.push(...happySeeds(scene))
  const usual =
    reading.bug === null
      ? playbook[scene.request.topic]
          .more(scene)
          .filter((one) => !answered(one, reading.rules))
          .map((one) => grounded(one, reading.units))
      : []
  const mentioned = new Set(usual.map((one) => one.unit))
  for (const request of reading.requests.slice(1))
    if (!mentioned.has(request.unit)) seeds.push(...furtherSeeds(sceneOf(request, reading), main))
  for (const permission of reading.permissions) seeds.push(...permissionSeeds(permission, scene))
  if (reading.bug === null) {
    for (const measure of reading.measures) {
      const local = reading.requests.find((request) => request.unit === measure.unit)
      seeds.push(...limitSeeds(measure, local === undefined ? scene : sceneOf(local, reading), reading.rules))
    }
    if (main !== undefined) seeds.push(...rangeSeeds(scene))
    seeds.push(...deviceSeeds(reading, scene))
  }
  const taken = new Set([
    ...[...seeds, ...usual].flatMap((one) => (one.unit === undefined ? [] : [one.unit])),
    ...bugUnits(reading),
  ])
  for (const rule of reading.rules) {
    const timed = reading.measures.some((measure) => measure.unit === rule.unit && measure.bound === 'after')
    const loose = reading.bug === null ? rule.condition !== null && !timed : false
    if (!taken.has(rule.unit) ? reading.bug === null || /\b(?:must|should)\b/i.test(rule.outcome) : loose)
      seeds.push(...ruleSeeds(rule, scene))
  }
  for (const item of reading.items)
    if (!taken.has(item) && !reading.rules.some((rule) => rule.unit === item)) seeds.push(...itemSeeds(item, scene))
  // Nobody asked for a search when the text only says how fast it must be.
  if (main !== undefined || seeds.length < 3)
    seeds.push(...(main === undefined && scene.request.topic === 'other' ? [] : usual))
  return seeds.map(polished)
}

function bugUnits({ bug }: Reading): Unit[] {
  if (bug === null) return []
  return [bug.unit, ...bug.steps.map((step) => step.unit), bug.actual?.unit, bug.expected?.unit].filter(
    (unit) => unit !== undefined,
  )
}

/** Where the text says itself what happens in a case, the usual answer would only repeat or contradict it. */
function answered(seed: Seed, rules: readonly Rule[]): boolean {
  return rules.some((rule) => rule.condition !== null && seed.about?.test(rule.unit.plain) === true)
}

/** A usual failure that the text itself mentions is no assumption. */
function grounded(seed: Seed, units: readonly Unit[]): Seed {
  const unit = seed.about === undefined ? undefined : units.find((candidate) => seed.about?.test(candidate.plain))
  return unit === undefined ? seed : { ...seed, unit, weight: seed.weight + 30 }
}

function polished(seed: Seed): Seed {
  return {
    ...seed,
    title: correctArticles(seed.title),
    given: seed.given.map(correctArticles),
    when: correctArticles(seed.when),
    then: seed.then.map(correctArticles),
  }
}

/** When nothing was asked for in so many words, the text still has a subject and rules to hang scenarios on. */
function looseScene(reading: Reading): Scene {
  const unit = reading.units[0] ?? {
    span: { id: 's1', text: reading.text, start: 0, end: reading.text.length },
    plain: reading.text,
    item: false,
    lead: null,
    quoted: false,
  }
  const topic =
    reading.units.length === 0
      ? 'other'
      : (topicOfNoun(reading.text.slice(0, 2000))?.topic ??
        (reading.measures.some((measure) => measure.quality !== null) ? 'performance' : 'other'))
  const request: Request = {
    unit,
    phrase: 'use it',
    verb: 'use',
    topic,
    thing: { name: '', one: '', many: '' },
    condition: null,
    role: null,
    automatic: false,
    weight: 0,
  }
  return sceneOf(request, reading)
}
