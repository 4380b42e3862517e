import type { Reading, Request, Rule, Seed, Unit } from '../facts.ts'
import { bugSeeds } from './bug.ts'
import {
  conditionClause,
  fromOutside,
  indicative,
  isState,
  opposite,
  outcomeClause,
  splitCondition,
  thirdPhrase,
} from './clauses.ts'
import { article, capital, isPlural, uncapital } from './grammar.ts'
import { leadingVerb } from './lexicon.ts'
import { limitSeeds, permissionSeeds } from './limits.ts'
import { playbook } from './playbook.ts'
import { type Scene, sceneOf, seed } from './scene.ts'

/** Every scenario the reading supports; choosing among them comes later. */
export function writeSeeds(reading: Reading): Seed[] {
  const the = `the ${reading.actor.role}`
  const main = reading.requests[0]
  const scene = main === undefined ? null : sceneOf(main, reading, reading.actor)
  const seeds: Seed[] = []
  if (reading.bug !== null) seeds.push(...bugSeeds(reading.bug, the, scene === null ? 'the case' : `the ${scene.one}`))
  if (scene !== null && (reading.bug === null || !/^(?:other|display)$/.test(scene.request.topic))) {
    if (reading.bug === null) seeds.push(...happySeeds(scene))
    const play = playbook[scene.request.topic].more(scene)
    seeds.push(...(reading.bug === null ? play : play.map((one) => ({ ...one, weight: one.weight - 20 }))))
  }
  const consumed = new Set<Unit>(
    reading.bug === null
      ? []
      : [
          reading.bug.unit,
          ...reading.bug.steps.map((step) => step.unit),
          ...[reading.bug.actual?.unit, reading.bug.expected?.unit].filter((unit) => unit !== undefined),
        ],
  )
  for (const request of reading.requests.slice(1)) {
    if (consumed.has(request.unit)) continue
    seeds.push(...furtherSeeds(sceneOf(request, reading, reading.actor), main))
  }
  for (const permission of reading.permissions)
    if (scene !== null || permission.action !== null)
      seeds.push(...permissionSeeds(permission, scene ?? looseScene(reading)))
  for (const measure of reading.measures) {
    const local = reading.requests.find((request) => request.unit === measure.unit)
    seeds.push(
      ...limitSeeds(
        measure,
        local === undefined ? (scene ?? looseScene(reading)) : sceneOf(local, reading, reading.actor),
        reading.rules,
      ),
    )
  }
  const taken = new Set([...consumed, ...seeds.flatMap((one) => (one.unit === undefined ? [] : [one.unit]))])
  for (const rule of reading.rules)
    if (!taken.has(rule.unit)) seeds.push(...ruleSeeds(rule, scene ?? looseScene(reading)))
  for (const item of reading.items)
    if (!taken.has(item) && !reading.rules.some((rule) => rule.unit === item))
      seeds.push(...itemSeeds(item, scene ?? looseScene(reading)))
  const device = reading.devices[0]
  if (device !== undefined && reading.bug === null && scene !== null) {
    const unit = reading.units.find((candidate) => candidate.plain.toLowerCase().includes(device.toLowerCase()))
    seeds.push({ ...deviceSeed(device, scene), unit, weight: 52 })
  }
  return seeds
}

/** When nothing was asked for in so many words, the text still has rules to hang scenarios on. */
function looseScene(reading: Reading): Scene {
  const unit = reading.units[0]
  const request: Request = {
    unit: unit ?? {
      span: { id: 's1', text: reading.text, start: 0, end: reading.text.length },
      plain: reading.text,
      item: false,
      lead: null,
      quoted: false,
    },
    phrase: 'use it',
    verb: 'use',
    topic: 'other',
    thing: { name: '', one: '', many: '' },
    condition: null,
    automatic: false,
    weight: 0,
  }
  return sceneOf(request, reading, reading.actor)
}

function happySeeds(scene: Scene): Seed[] {
  const { request } = scene
  const happy = playbook[request.topic].happy(scene)
  const unit = request.unit
  if (request.condition === null) {
    if (!request.automatic || happy.when.startsWith('the system') || !happy.when.includes(scene.does))
      return [{ ...happy, unit }]
    return [
      {
        ...happy,
        when: 'the moment for it has come',
        then: [`the system ${scene.does}`, ...happy.then].slice(0, 4),
        unit,
      },
    ]
  }
  const clause = conditionClause(request.condition.clause, scene.the, `the ${scene.one}`)
  const receives =
    request.automatic ||
    /^(?:get|receive|see|know|be\s)/.test(request.verb) ||
    /^(?:get|receive|be)\b/.test(request.phrase)
  const { word } = request.condition
  const not = opposite(clause)
  const result = request.automatic ? `the system ${scene.does}` : `${scene.the} ${scene.does}`
  const made: Seed[] = []
  if (word === 'unless')
    made.push({ ...happy, given: [...(not === null ? [] : [not]), ...happy.given].slice(0, 5), unit })
  else if (word === 'before')
    made.push({
      ...happy,
      when: receives ? `the time before ${clause} comes` : happy.when,
      given: receives ? happy.given : [...happy.given, `what follows has not happened yet: ${clause}`],
      unit,
    })
  else if (receives && !isState(clause))
    made.push({ ...happy, when: clause, then: [result, ...happy.then].slice(0, 4), unit })
  else if (receives)
    made.push({
      ...happy,
      given: [],
      when: `it turns out that ${clause}`,
      then: [result, ...happy.then].slice(0, 4),
      unit,
    })
  else made.push({ ...happy, given: [clause, ...happy.given].slice(0, 5), unit })
  const against = word === 'unless' ? clause : not
  if (against !== null && word !== 'before') {
    made.push({
      ...(receives
        ? seed('failure', 64, capital(against), [against], 'the event is processed', [
            `${request.automatic ? 'the system does not do it' : `${scene.the} is not disturbed`}`,
          ])
        : seed('failure', 64, capital(against), [against], `${scene.the} tries to ${scene.act}`, [
            'it is refused with this reason',
            'nothing is changed',
          ])),
      unit,
    })
  }
  return made
}

/** Another wish in the same text: its own happy path, and the failure that matters most when it is of another kind. */
function furtherSeeds(scene: Scene, main: Request | undefined): Seed[] {
  const [first, ...rest] = happySeeds(scene)
  if (first === undefined) return []
  const made: Seed[] = [
    {
      ...first,
      title: main?.topic === scene.request.topic || first.given.length === 0 ? distinctTitle(scene) : first.title,
      weight: 80,
      kind: first.kind,
    },
  ]
  if (main?.topic !== scene.request.topic) {
    const failure = playbook[scene.request.topic].more(scene).toSorted((a, b) => b.weight - a.weight)[0]
    if (failure !== undefined && scene.request.topic !== 'other') made.push({ ...failure, weight: failure.weight - 4 })
  }
  return [...made, ...rest.map((one) => ({ ...one, weight: 56 }))]
}

function distinctTitle(scene: Scene): string {
  return capital(shorten(scene.act.replace(/\btheir\s+/i, ''), 90))
}

function ruleSeeds(rule: Rule, scene: Scene): Seed[] {
  const { unit, condition } = rule
  const outcome = outcomeClause(rule.outcome, scene.the)
  const failing =
    /\b(?:error|invalid|fail\w*|refus\w*|reject\w*|block\w*|cannot|not allowed|denied|warn\w*|missing|wrong|expired|empty|declin\w*|lock\w*)\b/i.test(
      unit.plain,
    )
  const kind = failing ? 'failure' : 'happy'
  const base = { unit, weight: 74 }
  if (condition === null)
    return [
      {
        ...seed(kind, 0, ruleTitle(rule.outcome, outcome, scene), [], plainAction(outcome, scene), [outcome]),
        ...base,
      },
    ]
  const clause = conditionClause(condition.clause, scene.the, scene.one === 'entry' ? 'it' : `the ${scene.one}`)
  if (condition.word === 'except')
    return [
      {
        ...seed(
          'boundary',
          0,
          `Left out: ${condition.clause}`,
          [`the case in question is the exception: ${condition.clause}`],
          plainAction(outcome, scene),
          [`the rule "${shorten(rule.outcome, 120)}" is not applied to it`],
        ),
        ...base,
      },
    ]
  const not = opposite(clause)
  const made: Seed[] = []
  if (condition.word === 'unless') {
    made.push({
      ...seed(kind, 0, capital(shorten(clause, 100)), [clause], plainAction(outcome, scene), [
        opposite(outcome) ?? `it is not the case that ${outcome}`,
      ]),
      ...base,
    })
    if (not !== null)
      made.push({
        ...seed('happy', 0, capital(shorten(not, 100)), [not], plainAction(outcome, scene), [outcome]),
        ...base,
        weight: 66,
      })
  } else if (condition.word === 'only') {
    made.push({
      ...seed(kind, 0, capital(shorten(clause, 100)), [clause], plainAction(outcome, scene), [outcome]),
      ...base,
    })
    if (not !== null)
      made.push({
        ...seed('failure', 0, capital(shorten(not, 100)), [not], plainAction(outcome, scene), [
          opposite(outcome) ?? 'it is refused and the missing condition is named',
        ]),
        ...base,
        weight: 70,
      })
  } else if (condition.word === 'before')
    made.push({
      ...seed(kind, 0, capital(shorten(outcome, 100)), [], `the moment comes at which ${clause}`, [
        `by then ${outcome}`,
      ]),
      ...base,
    })
  else if (condition.word === 'until')
    made.push({
      ...seed(kind, 0, capital(shorten(outcome, 100)), not === null ? [] : [not], plainAction(outcome, scene), [
        `until ${clause}, ${outcome}`,
      ]),
      ...base,
    })
  else if (isState(clause))
    made.push({
      ...seed(kind, 0, capital(shorten(clause, 100)), [clause], plainAction(outcome, scene), [outcome]),
      ...base,
    })
  else made.push({ ...seed(kind, 0, capital(shorten(clause, 100)), [], clause, [outcome]), ...base })
  return made
}

/** What the person does for an outcome to be seen; a state on the screen only needs looking. */
function plainAction(outcome: string, scene: Scene): string {
  if (
    /\b(?:refus|reject|block|cannot|not allowed|denied|error|is not|does not)\b/i.test(outcome) &&
    scene.request.weight > 0
  )
    return `${scene.the} tries to ${scene.act}`
  if (
    /\b(?:shown|displayed|hidden|visible|disabled|enabled|marked|highlighted|greyed|listed|shows|displays)\b/i.test(
      outcome,
    )
  )
    return `${scene.the} opens the page`
  if (scene.request.weight === 0 || scene.request.automatic)
    return /\bthe system\b/i.test(outcome) ? 'the moment for it has come' : `${scene.the} looks at the result`
  return `${scene.the} ${scene.does}`
}

function ruleTitle(raw: string, outcome: string, scene: Scene): string {
  const contains = /^(.{2,60}?) (?:includes?|contains?|shows?|has|have|lists?|displays?) (.{2,80})$/i.exec(outcome)
  if (contains?.[1] !== undefined && contains[2] !== undefined)
    return capital(
      `${contains[2].replace(/^(?:a|an)\s/i, '')} in ${contains[1].replace(/^the system$/, 'the result')}`,
    ).slice(0, 150)
  void raw
  void scene
  return capital(shorten(outcome, 120))
}

/** A bullet: what it says decides whether it is something to do, something that holds, or a part of something. */
function itemSeeds(item: Unit, scene: Scene): Seed[] {
  const text = item.plain.replace(/^\[[ x]\]\s*/i, '')
  const parts = splitCondition(text)
  const base = { unit: item, weight: 78 }
  if (parts.condition !== null && parts.main !== '')
    return ruleSeeds({ unit: item, outcome: parts.main, condition: parts.condition, negative: false }, scene).map(
      (one) => ({ ...one, weight: 78 }),
    )
  if (leadingVerb(text) !== null) {
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
  const lead =
    item.lead?.plain
      .replace(/\s*(?:the )?(?:following|these)(?: \w+)?\s*$/i, '')
      .replace(/:$/, '')
      .trim() ?? ''
  const told = indicative(lead)
  if (told.subject !== null && lead.split(' ').length > 2) {
    const whole = `${told.text} ${uncapital(text)}`
    const holds = fromOutside(uncapital(whole), scene.the)
    return [{ ...seed('happy', 0, capital(shorten(text, 100)), [], plainAction(holds, scene), [holds]), ...base }]
  }
  if (/\b(?:is|are|has|have|does|do|can|cannot|must|should)\b/i.test(text)) {
    const holds = outcomeClause(text, scene.the)
    return [
      {
        ...seed(
          /\bnot?\b/i.test(text) ? 'failure' : 'happy',
          0,
          capital(shorten(holds, 100)),
          [],
          plainAction(holds, scene),
          [holds],
        ),
        ...base,
      },
    ]
  }
  const name = uncapital(text)
  return [
    {
      ...seed('happy', 0, capital(shorten(text, 100)), [], `${scene.the} ${scene.does}`, [
        `${isPlural(name) || /^(?:the|an?)\s/i.test(name) ? name : `${article(name) === 'an' ? 'an' : 'a'} ${name}`} ${isPlural(name) ? 'are' : 'is'} part of the result`,
      ]),
      ...base,
    },
  ]
}

function deviceSeed(device: string, scene: Scene): Seed {
  if (/offline/i.test(device))
    return seed('failure', 0, 'Without a connection', ['the device has no connection'], `${scene.the} ${scene.does}`, [
      'what is already on the device can be used',
      'changes are passed on once the connection is back',
    ])
  const place = /^(?:mobile|phone|smartphone)$/i.test(device)
    ? 'a phone'
    : /^tablet$/i.test(device)
      ? 'a tablet'
      : /^(?:landscape)$/i.test(device)
        ? 'a phone held sideways'
        : /^desktop$/i.test(device)
          ? 'a desktop computer'
          : device
  return seed('quality', 0, `Complete on ${place}`, [`${scene.the} uses ${place}`], `${scene.the} ${scene.does}`, [
    'every step can be reached without scrolling sideways',
    'the result is the same as on other devices',
  ])
}

export function shorten(text: string, max: number): string {
  if (text.length <= max) return text
  const cut = text.slice(0, max)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), max / 2)).replace(/[\s,;:–-]+$/, '')}…`
}
