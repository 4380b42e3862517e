import type { Rule, Seed, Unit } from '../facts.ts'
import { shorten } from '../shorten.ts'
import {
  conditionClause,
  fromOutside,
  indicative,
  isBehaviour,
  isState,
  opposite,
  outcomeClause,
  splitCondition,
  thirdPhrase,
} from './clauses.ts'
import { capital, isPlural, isUncountable, singular, uncapital, withArticle } from './grammar.ts'
import { leadingVerb, topicOfNoun } from './lexicon.ts'
import { playbook } from './playbook.ts'
import { type Scene, seed } from './scene.ts'

const FAILING =
  /\b(?:error|invalid|fail\w*|refus\w*|reject\w*|block\w*|cannot|not allowed|denied|warn\w*|missing|wrong|expired?|declin\w*|lock\w*|skipped|ignored|not reachable|nothing|unavailable)\b/i

export function ruleSeeds(rule: Rule, scene: Scene): Seed[] {
  const { unit, condition } = rule
  const outcome = it(outcomeClause(rule.outcome, scene.the), scene)
  const kind = FAILING.test(unit.plain) ? 'failure' : 'happy'
  const base = { unit, weight: 74 }
  if (condition === null) return [{ ...plainRule(rule, outcome, kind, scene), ...base }]
  const clause = conditionClause(condition.clause, scene.the, scene.one === 'entry' ? 'it' : `the ${scene.one}`)
  const named = capital(shorten(clause, 100))
  if (condition.word === 'except')
    return [
      {
        ...seed(
          'boundary',
          0,
          `Left out: ${condition.clause}`,
          [`the exception applies: ${condition.clause}`],
          action(outcome, scene),
          [`it is not the case that ${outcome}`],
        ),
        ...base,
      },
    ]
  const not = opposite(clause)
  if (condition.word === 'unless') {
    const turned = opposite(outcome) ?? `the opposite of "${shorten(rule.outcome, 80)}" holds`
    const made = [{ ...seed(kind, 0, named, [clause], action(turned, scene), [turned]), ...base }]
    return not === null
      ? [
          ...made,
          {
            ...seed(
              'happy',
              0,
              capital(shorten(outcome, 100)),
              [`it is not the case that ${clause}`],
              action(outcome, scene),
              [outcome],
            ),
            ...base,
            weight: 66,
          },
        ]
      : [
          ...made,
          {
            ...seed('happy', 0, capital(shorten(not, 100)), [not], action(outcome, scene), [outcome]),
            ...base,
            weight: 66,
          },
        ]
  }
  if (condition.word === 'only') {
    const made = [{ ...seed(kind, 0, named, [clause], action(outcome, scene), [outcome]), ...base }]
    return not === null
      ? made
      : [
          ...made,
          {
            ...seed('failure', 0, capital(shorten(not, 100)), [not], action(outcome, scene), [
              opposite(outcome) ?? 'it is refused and the missing condition is named',
            ]),
            ...base,
            weight: 70,
          },
        ]
  }
  if (condition.word === 'before')
    return [
      {
        ...seed(kind, 0, capital(shorten(outcome, 100)), [], `the moment comes at which ${clause}`, [
          `by then ${outcome}`,
        ]),
        ...base,
      },
    ]
  if (condition.word === 'until')
    return [
      {
        ...seed(kind, 0, capital(shorten(outcome, 100)), not === null ? [] : [not], action(outcome, scene), [outcome]),
        ...base,
      },
    ]
  const searched = /^(?:nothing|no \w+)\b.*\bfound\b/i.test(clause)
  if (searched)
    return [{ ...seed('failure', 0, named, [], `${scene.the} ${scene.does} and ${clause}`, [outcome]), ...base }]
  if (isState(clause, condition.word))
    return [{ ...seed(kind, 0, named, [clause], action(outcome, scene), [outcome]), ...base }]
  return [{ ...seed(kind, 0, named, [], clause, [outcome]), ...base }]
}

/** A leading "it" stands for the thing the story is about. */
function it(outcome: string, scene: Scene): string {
  return scene.request.thing.name === '' ? outcome : outcome.replace(/^it (?=\w)/, `the ${scene.one} `)
}

function plainRule(rule: Rule, outcome: string, kind: Seed['kind'], scene: Scene): Seed {
  const topic = topicOfNoun(rule.unit.plain)?.topic
  if (topic === 'access') return playbook.access.happy(scene)
  const faulty =
    /^(?:the |an? |all )?((?:invalid|wrong|unknown|expired|empty|missing|duplicate|incorrect) [\p{L}-]+)/iu.exec(
      outcome,
    )?.[1]
  if (faulty !== undefined)
    return seed(
      'failure',
      0,
      capital(withArticle(singular(faulty))),
      [],
      `${scene.the} enters ${withArticle(singular(faulty))}`,
      [outcome],
    )
  const contains = /^(.{2,60}?) (?:includes?|contains?|shows?|has|have|lists?|displays?) (.{2,80})$/i.exec(outcome)
  const title =
    contains?.[1] !== undefined && contains[2] !== undefined
      ? capital(`${contains[2].replace(/^(?:a|an)\s/i, '')} in ${contains[1].replace(/^the system$/, 'the result')}`)
      : capital(shorten(outcome, 110))
  return seed(kind, 0, title, [], action(outcome, scene), [outcome])
}

/** What the person does for an outcome to be seen; a state on the screen only needs looking. */
function action(outcome: string, scene: Scene): string {
  const known = scene.request.weight > 0 && !scene.request.automatic
  if (known && /\b(?:refus|reject|block|cannot|not allowed|denied|error)\w*\b/i.test(outcome))
    return `${scene.the} tries to ${scene.act}`
  if (scene.request.topic === 'limit') return 'the limit is exceeded'
  if (/\b(?:hidden|visible|disabled|enabled|greyed)\b/i.test(outcome)) return `${scene.the} opens the page`
  if (!known) return /\bthe system\b/i.test(outcome) ? 'the moment for it has come' : `${scene.the} looks at the result`
  return `${scene.the} ${scene.does}`
}

/** A bullet: what it says decides whether it is something to do, something that holds, or a part of something. */
export function itemSeeds(item: Unit, scene: Scene): Seed[] {
  const text = item.plain.replace(/^\[[ x]\]\s*/i, '')
  const base = { unit: item, weight: 78 }
  const parts = splitCondition(text)
  if (parts.condition !== null && parts.main !== '')
    return ruleSeeds({ unit: item, outcome: parts.main, condition: parts.condition, negative: false }, scene).map(
      (one) => ({ ...one, weight: 78 }),
    )
  const single = /^(?:only )?(?:one|1|a single) (\p{L}+(?: \p{L}+)?) (?:per|for each|for every) (\p{L}+)/iu.exec(text)
  if (single?.[1] !== undefined && single[2] !== undefined)
    return [
      {
        ...seed(
          'boundary',
          0,
          `A second ${single[1]} for the same ${single[2]}`,
          [`the ${single[2]} already has one ${single[1]}`],
          `${scene.the} tries to add another ${single[1]}`,
          ['the second one is refused', 'the first one stays in effect'],
        ),
        ...base,
      },
    ]
  const lead =
    item.lead?.plain
      .replace(/\s*(?:the )?(?:following|these)(?: \w+)?\s*$/i, '')
      .replace(/:$/, '')
      .trim() ?? ''
  const told = indicative(lead)
  const open =
    /\b(?:by|with|for|in|of|include|includes|contain|contains|show|shows|have|has|see|following|offer|support|enter|choose|select|filter|send)$/i.test(
      lead,
    )
  if (told.subject !== null && open && lead.split(' ').length > 2) {
    const holds = fromOutside(uncapital(`${told.text} ${uncapital(text)}`), scene.the)
    return [{ ...seed('happy', 0, capital(shorten(text, 100)), [], action(holds, scene), [holds]), ...base }]
  }
  const statement =
    isBehaviour(text) ||
    indicative(text).subject !== null ||
    /\b(?:is|are|has|have|does|do|can|cannot|must|should)\b/i.test(text)
  if (leadingVerb(text) !== null && !statement) {
    const act = fromOutside(uncapital(text), scene.the)
    return [
      {
        ...seed('happy', 0, capital(shorten(text, 100)), [], `${scene.the} ${thirdPhrase(act)}`, [
          'the result of this step is shown',
          'it is still there after reloading',
        ]),
        ...base,
      },
    ]
  }
  if (statement) {
    const holds = outcomeClause(text, scene.the)
    return [
      {
        ...seed(
          FAILING.test(text) ? 'failure' : 'happy',
          0,
          capital(shorten(holds, 100)),
          [],
          /\binvalid (\w+)/i.test(text)
            ? `${scene.the} enters an invalid ${/\binvalid (\w+?)s?\b/i.exec(text)?.[1] ?? 'value'}`
            : action(holds, scene),
          [holds],
        ),
        ...base,
      },
    ]
  }
  const name = uncapital(text)
  const many = isPlural(name) || isUncountable(name)
  return [
    {
      ...seed('happy', 0, capital(shorten(text, 100)), [], action('', scene), [
        `${many ? name : /^no\b/i.test(name) ? name : withArticle(name)} ${isPlural(name) ? 'are' : 'is'} part of the result`,
      ]),
      ...base,
    },
  ]
}
