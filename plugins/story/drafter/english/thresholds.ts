import type { Measure, Rule, Seed } from '../facts.ts'
import { amounts } from './amounts.ts'
import { conditionClause, fromOutside, opposite, outcomeClause } from './clauses.ts'
import { capital, withArticle } from './grammar.ts'
import { type Scene, seed } from './scene.ts'

export function threshold(measure: Measure, scene: Scene, rule: Rule): Seed[] {
  const { thing, at, past } = amounts(measure, {
    ...scene,
    one:
      /\b(?:orders?|carts?|invoices?|expenses?|payments?|amounts?|baskets?|requests?|purchases?|bookings?)\b/i
        .exec(measure.unit.plain)?.[0]
        .toLowerCase()
        .replace(/s$/, '') ?? scene.one,
  })
  const inside = measure.strict ? past : at
  const outside = measure.strict ? at : past
  const holds = outcomeClause(stripMeasure(rule.outcome, measure), scene.the)
  return [
    seed(
      'boundary',
      0,
      `${capital(inside.short)}: the rule applies`,
      [`${withArticle(thing)} ${inside.text}`],
      `${scene.the} submits it`,
      [holds],
    ),
    seed(
      'boundary',
      0,
      `${capital(outside.short)}: the rule does not apply yet`,
      [`${withArticle(thing)} ${outside.text}`],
      `${scene.the} submits it`,
      [
        `it is treated like any other ${thing}, without the step that applies ${measure.bound === 'min' ? 'above' : 'below'} ${measure.text}`,
      ],
    ),
  ]
}

/** "when an order over 1000 EUR comes in, …": on the number and one step past it. */
export function conditioned(measure: Measure, scene: Scene, rule: Rule, condition: string): Seed[] {
  const { at, past } = amounts(measure, scene)
  const [holds, fails] = measure.strict ? [past, at] : [at, past]
  const clause = (amount: { text: string }): string =>
    fromOutside(
      condition.replace(
        new RegExp(
          `(?:with )?(?:more than|over|above|exceed(?:s|ing)?|greater than|larger than|bigger than|at least|less than|under|below|up to|at most)?\\s*${measure.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`,
          'i',
        ),
        amount.text,
      ),
      scene.the,
    )
  const outcome = outcomeClause(rule.outcome, scene.the)
  return [
    seed('boundary', 0, `${capital(holds.short)}: it applies`, [], clause(holds), [outcome]),
    seed('boundary', 0, `${capital(fails.short)}: it does not apply`, [], clause(fails), [
      opposite(outcome) ?? `it is not the case that ${outcome}`,
    ]),
  ]
}

/** "show a banner when the trial ends in less than 7 days": on the number and one step to the other side. */
export function wishedFrom(measure: Measure, scene: Scene, condition: string): Seed[] {
  const over = measure.bound === 'min'
  const step = measure.dimension === 'time' ? 'one minute' : measure.dimension === 'money' ? 'one cent' : 'one'
  const exact = `exactly ${measure.text}`
  const beyond = `${measure.text} ${over === measure.strict ? 'and' : 'less'} ${step}`
  const [holds, fails] = measure.strict ? [beyond, exact] : [exact, `${measure.text} ${over ? 'less' : 'and'} ${step}`]
  const clause = (amount: string): string =>
    conditionClause(
      condition
        .replace(
          new RegExp(
            `(?:more than|over|above|less than|fewer than|under|below|at least|at most|up to)?\\s*${measure.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`,
            'i',
          ),
          ` ${amount}`,
        )
        .replace(/\s+/g, ' '),
      scene.the,
      `the ${scene.one}`,
    )
  const sees = scene.request.topic === 'control' || scene.request.topic === 'display'
  const [yes, no] = sees
    ? [`the ${scene.one} is shown`, `the ${scene.one} is not shown`]
    : scene.request.automatic
      ? [`the system ${scene.does}`, 'the system does nothing of the kind']
      : ['it is possible', 'it is refused with this reason']
  const when = sees
    ? `${scene.the} opens the page`
    : scene.request.automatic
      ? 'the moment for it has come'
      : `${scene.the} tries to ${scene.act}`
  return [
    seed('boundary', 0, capital(clause(holds)), [clause(holds)], when, [yes]),
    seed('boundary', 0, capital(clause(fails)), [clause(fails)], when, [no]),
  ]
}

function stripMeasure(outcome: string, measure: Measure): string {
  const at = outcome.indexOf(measure.text)
  return at < 0
    ? outcome
    : `${outcome.slice(0, at).replace(/\s*(?:with|of|for|worth|costing)?\s*(?:an? (?:amount|value|total) (?:of )?)?(?:more than|over|above|less than|under|below|at least|up to|exceeding|from)\s*$/i, '')}${outcome.slice(at + measure.text.length)}`
}
