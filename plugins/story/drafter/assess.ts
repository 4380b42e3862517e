import type { Criterion, Draft } from '../draft.ts'
import type { Reading } from './facts.ts'

type Finding = Draft['invest'][number]

const TECHNOLOGY =
  /\b(?:react|angular|vue|svelte|typescript|javascript|python|java|kotlin|postgres\w*|mysql|mongo\w*|redis|kafka|docker|kubernetes|graphql|rest api|lambda|microservices?|cron ?job|dropdown|modal|tabelle|stored procedure|regex|cookie|localstorage|websockets?|elasticsearch)\b/gi
const DEPENDS =
  /\b(?:depends on|dependent on|blocked by|once .{3,40} is (?:done|finished|live|ready)|after the (?:migration|relaunch|release|rollout)|waiting for|hängt ab von|abhängig von|sobald .{3,40} (?:fertig|live) ist|nach (?:dem|der) (?:relaunch|umstellung|migration))\b/i

/** The goals of a text: distinct kinds of things somebody wants, not distinct sentences. */
function goals(reading: Reading): string[] {
  const seen = new Set<string>()
  return reading.requests
    .filter(
      (request, index) => (index === 0 || !request.automatic) && !seen.has(request.topic) && seen.add(request.topic),
    )
    .map((request) => request.phrase)
}

export function investFindings(reading: Reading, criteria: readonly Criterion[]): Finding[] {
  const de = reading.language === 'de'
  const wanted = goals(reading)
  const found: Finding[] = []
  const add = (aspect: Finding['aspect'], ok: boolean, english: string, german: string): void => {
    found.push({ aspect, ok, finding: (de ? german : english).slice(0, 480) })
  }
  const clip = (text: string): string => (text.length > 70 ? `${text.slice(0, 70).replace(/\s\S*$/, '')}…` : text)

  const dependency = DEPENDS.exec(reading.text)?.[0].replace(/\s+/g, ' ')
  if (dependency !== undefined)
    add(
      'independent',
      false,
      `The text waits for something else: "${dependency}".`,
      `Der Text wartet auf etwas anderes: „${dependency}“.`,
    )
  else if (reading.systems.length > 0)
    add(
      'independent',
      false,
      `It needs ${reading.systems.slice(0, 3).join(', ')}: access and a place to test are settled outside this story.`,
      `Benötigt ${reading.systems.slice(0, 3).join(', ')}: Zugang und Testumgebung werden außerhalb dieser Story geklärt.`,
    )
  else
    add(
      'independent',
      true,
      'The text names no other system and no work that has to come first.',
      'Der Text nennt kein anderes System und keine Vorarbeit.',
    )

  const technology = [...new Set((reading.text.match(TECHNOLOGY) ?? []).map((word) => word.toLowerCase()))].filter(
    (word) => !reading.systems.some((system) => system.toLowerCase() === word),
  )
  if (technology.length > 0)
    add(
      'negotiable',
      false,
      `The text already chooses a solution (${technology.slice(0, 3).join(', ')}); is that a requirement?`,
      `Der Text legt schon eine Lösung fest (${technology.slice(0, 3).join(', ')}); ist das eine Vorgabe?`,
    )

  if (reading.benefit !== null)
    add(
      'valuable',
      true,
      `The reason is given: "${clip(reading.benefit.text.replace(/^I can /, ''))}".`,
      `Der Grund ist genannt: „${clip(reading.benefit.text)}“.`,
    )
  else if (reading.bug !== null)
    add('valuable', true, 'It corrects something people run into today.', 'Behebt etwas, das Menschen heute stört.')
  else
    add(
      'valuable',
      false,
      'The text does not say what gets better for whom.',
      'Der Text sagt nicht, was für wen besser wird.',
    )

  const sourced = criteria.filter((criterion) => criterion.source !== null).length
  if (reading.requests.length === 0 && reading.bug === null && reading.rules.length === 0)
    add(
      'estimable',
      false,
      'No action can be read from the text, so there is nothing to estimate.',
      'Aus dem Text geht keine Handlung hervor; so lässt sich nichts schätzen.',
    )
  else if (sourced * 2 < criteria.length)
    add(
      'estimable',
      false,
      `${criteria.length - sourced} of ${criteria.length} criteria are assumptions; the answers can change the effort.`,
      `${criteria.length - sourced} von ${criteria.length} Kriterien sind Annahmen; die Antworten können den Aufwand ändern.`,
    )
  else
    add(
      'estimable',
      true,
      `${sourced} of ${criteria.length} criteria rest on the text itself.`,
      `${sourced} von ${criteria.length} Kriterien stützen sich auf den Text.`,
    )

  if (wanted.length >= 3)
    add(
      'small',
      false,
      `${wanted.length} different goals in one text: ${wanted
        .slice(0, 3)
        .map((goal) => `"${clip(goal)}"`)
        .join(', ')}. Consider splitting.`,
      `${wanted.length} verschiedene Ziele in einem Text: ${wanted
        .slice(0, 3)
        .map((goal) => `„${clip(goal)}“`)
        .join(', ')}. Besser aufteilen.`,
    )
  else if (wanted.length === 2)
    add(
      'small',
      false,
      `Two goals are joined: "${clip(wanted[0] ?? '')}" and "${clip(wanted[1] ?? '')}".`,
      `Zwei Ziele sind verbunden: „${clip(wanted[0] ?? '')}“ und „${clip(wanted[1] ?? '')}“.`,
    )
  else if (criteria.length > 8 || reading.items.length > 8)
    add('small', false, `One goal, but ${criteria.length} criteria.`, `Ein Ziel, aber ${criteria.length} Kriterien.`)
  else if (reading.requests[0]?.topic === 'migrate')
    add(
      'small',
      false,
      'A migration is rarely one step: a trial run and the switch are two stories.',
      'Eine Migration ist selten ein Schritt: Probelauf und Umstellung sind zwei Storys.',
    )
  else if (wanted.length === 1 || reading.bug !== null) add('small', true, 'One goal.', 'Ein Ziel.')

  if (reading.ambiguous.length > 0)
    add(
      'testable',
      false,
      `Not measurable as written: ${reading.ambiguous
        .slice(0, 5)
        .map((word) => `"${word}"`)
        .join(', ')}.`,
      `So nicht messbar: ${reading.ambiguous
        .slice(0, 5)
        .map((word) => `„${word}“`)
        .join(', ')}.`,
    )
  else if (reading.measures.some((measure) => measure.bound !== 'none' || measure.quality !== null))
    add(
      'testable',
      true,
      `Limits are given as numbers: ${[...new Set(reading.measures.map((measure) => measure.text))].slice(0, 4).join(', ')}.`,
      `Grenzen sind als Zahl genannt: ${[...new Set(reading.measures.map((measure) => measure.text))].slice(0, 4).join(', ')}.`,
    )
  else if (reading.rules.length > 0 || reading.bug !== null)
    add(
      'testable',
      true,
      'The text says what is to be seen in which case.',
      'Der Text sagt, was in welchem Fall zu sehen ist.',
    )
  else
    add(
      'testable',
      false,
      'The text names a wish and no result by which to check it.',
      'Der Text nennt einen Wunsch, aber kein Ergebnis, an dem man ihn prüft.',
    )
  return found
}

/** Size from what can be counted in the text, with the count as the reason. */
export function suggestSize(reading: Reading): { size: Draft['size']; sizeReason: string } {
  const de = reading.language === 'de'
  const wanted = goals(reading).length
  const parts: [count: number, points: number, english: [string, string], german: [string, string]][] = [
    [wanted, 2, ['goal', 'goals'], ['Ziel', 'Ziele']],
    [reading.systems.length, 1.2, ['other system', 'other systems'], ['anderes System', 'andere Systeme']],
    [
      reading.rules.filter((rule) => rule.condition !== null).length,
      0.7,
      ['condition', 'conditions'],
      ['Bedingung', 'Bedingungen'],
    ],
    [reading.items.length, 0.5, ['listed point', 'listed points'], ['Listenpunkt', 'Listenpunkte']],
    [reading.permissions.length, 1, ['access rule', 'access rules'], ['Zugriffsregel', 'Zugriffsregeln']],
    [
      reading.measures.filter((measure) => measure.quality !== null).length,
      1.5,
      ['measured quality', 'measured qualities'],
      ['messbare Qualität', 'messbare Qualitäten'],
    ],
    [
      reading.measures.filter((measure) => measure.quality === null && measure.bound !== 'none').length,
      0.5,
      ['limit', 'limits'],
      ['Grenzwert', 'Grenzwerte'],
    ],
    [
      reading.requests.some((request) => request.topic === 'migrate') ? 1 : 0,
      3,
      ['migration', 'migrations'],
      ['Migration', 'Migrationen'],
    ],
    [
      reading.requests.some((request) => /^(?:pay|sync|login)$/.test(request.topic)) ? 1 : 0,
      1.5,
      ['delicate area (money, access or data exchange)', ''],
      ['heikles Gebiet (Geld, Zugang oder Datenaustausch)', ''],
    ],
  ]
  const points = parts.reduce((sum, [count, each]) => sum + count * each, 0) - (reading.bug === null ? 0 : 1)
  const size = points < 1.5 ? 'XS' : points < 4 ? 'S' : points < 7 ? 'M' : points < 11 ? 'L' : 'XL'
  const counted = parts
    .filter(([count]) => count > 0)
    .map(([count, , english, german]) => {
      const [one, many] = de ? german : english
      return many === '' ? one : `${count} ${count === 1 ? one : many}`
    })
  const bug = reading.bug === null ? [] : [de ? 'ein Fehler an einer Stelle' : 'a defect in one place']
  const reason = [...bug, ...counted].join(', ')
  if (reason === '')
    return {
      size,
      sizeReason: de
        ? 'Der Text nennt nichts Zählbares; die Größe ist geraten.'
        : 'The text names nothing that can be counted; the size is a guess.',
    }
  return { size, sizeReason: de ? `Gezählt: ${reason}.` : `Counted in the text: ${reason}.` }
}

/** How much of the draft rests on evidence. Never high: nobody has thought about it yet. */
export function confidenceOf(reading: Reading, criteria: readonly Criterion[]): number {
  const main = reading.requests[0]
  const sourced = criteria.filter((criterion) => criterion.source !== null).length / Math.max(1, criteria.length)
  const words = reading.units.reduce((sum, unit) => sum + unit.plain.split(' ').length, 0)
  let score = 0.08
  if (main !== undefined && main.topic !== 'other') score += 0.12
  if (main !== undefined && main.thing.name !== '') score += 0.05
  if (reading.actor.explicit) score += 0.1
  if (reading.benefit !== null) score += 0.07
  if (reading.bug !== null)
    score += 0.1 + (reading.bug.expected !== null ? 0.08 : 0) + (reading.bug.steps.length > 0 ? 0.08 : 0)
  score += 0.22 * sourced
  score += Math.min(0.15, 0.03 * (reading.rules.length + reading.permissions.length + reading.measures.length))
  score -= Math.min(0.15, 0.04 * reading.ambiguous.length)
  if (words < 6) score = Math.min(score, 0.28)
  else if (words < 14) score = Math.min(score, 0.45)
  if (reading.source !== reading.language) score = Math.min(score, 0.35)
  return Math.round(Math.max(0.03, Math.min(0.8, score)) * 100) / 100
}
