import type { Reading } from '../facts.ts'
import { fromOutside } from './clauses.ts'
import { GAPS } from './gaps.ts'
import { correctArticles } from './grammar.ts'

/** Open points of this text, the costly ones first. */
export function writeQuestions(reading: Reading): string[] {
  const [main, ...others] = reading.requests
  const asked: string[] = []
  if (reading.bug !== null) asked.push(...bugQuestions(reading))
  const quality = reading.measures.some((measure) => measure.quality !== null)
  if (
    main === undefined &&
    reading.bug === null &&
    reading.rules.length === 0 &&
    reading.measures.every((measure) => measure.bound === 'none') &&
    !quality
  )
    asked.push('Who wants to do what, in one sentence: which person, which action, which visible result?')
  asked.push(...wordQuestions(reading), ...numberQuestions(reading))
  if (main !== undefined && reading.bug === null)
    for (const gap of GAPS)
      if (
        gap.topics.includes(main.topic) &&
        (gap.verb === undefined ? main.verb !== 'archive' : gap.verb === main.verb) &&
        !gap.unless.test(reading.text)
      )
        asked.push(gap.ask(main, reading))
  if (!reading.actor.explicit && reading.bug === null && !quality)
    asked.push(
      main === undefined || main.topic === 'other'
        ? 'Who needs this? The text names nobody.'
        : main.automatic
          ? 'Who sets it up and is told when it fails?'
          : `Who is meant to ${main.phrase.replace(/\b(?:my|our|your)\b/gi, 'the').slice(0, 90)}: everybody with an account, or certain roles?`,
    )
  const different = others.find((request) => request.topic !== main?.topic && !request.automatic)
  if (main !== undefined && different !== undefined && others.length >= 2)
    asked.push(`Which part is needed first: "${main.phrase.slice(0, 60)}" or "${different.phrase.slice(0, 60)}"?`)
  for (const request of others.slice(0, 3)) {
    const gap = GAPS.find(
      (candidate) =>
        candidate.topics.includes(request.topic) &&
        request.topic !== main?.topic &&
        !request.automatic &&
        !candidate.unless.test(reading.text),
    )
    if (gap !== undefined) asked.push(gap.ask(request, reading))
  }
  if (main?.topic === 'other' && reading.bug === null && reading.rules.length === 0)
    asked.push(`How does one see that "${main.phrase.slice(0, 80)}" has worked?`)
  if (reading.benefit === null && reading.bug === null && main !== undefined && !main.automatic)
    asked.push(
      `What gets better when ${reading.actor.explicit ? `the ${reading.actor.role}` : 'somebody'} can ${fromOutside(main.phrase, 'they').slice(0, 90)}? The text gives no reason.`,
    )
  return [...new Set(asked.map(correctArticles))].slice(0, reading.text.length < 60 ? 5 : 7)
}

function wordQuestions(reading: Reading): string[] {
  const speed = /fast|quick|slow|real.?time|soon|asap|smooth|efficient|performan/i
  const words = reading.ambiguous.filter(
    (word) =>
      !/^etc\.?$|and so on|and\/or|or something/.test(word) &&
      !(reading.requests[0]?.topic === 'performance' && speed.test(word)),
  )
  const asked = words
    .filter((word, index) => !speed.test(word) || words.findIndex((other) => speed.test(other)) === index)
    .slice(0, 2)
    .map(vagueQuestion)
  if (reading.ambiguous.some((word) => /^etc\.?$|and so on/.test(word)))
    asked.push('What else is meant by "etc."? Please list it or leave it out.')
  if (reading.ambiguous.includes('or something')) asked.push('What else does "or something" stand for, if anything?')
  if (reading.ambiguous.includes('and/or'))
    asked.push('Does "and/or" mean that both are needed, or that one of them is enough?')
  return asked
}

/** What a number leaves open: from when it counts, at which load it holds. */
function numberQuestions(reading: Reading): string[] {
  const asked: string[] = []
  for (const measure of reading.measures) {
    const tail = measure.unit.plain.slice(measure.unit.plain.indexOf(measure.text) + measure.text.length)
    if (/\b(?:failed|wrong|incorrect)\b/i.test(measure.word))
      asked.push(
        `Within which period do the ${measure.text.replace(/ login$/, ' logins')} count, and by account or by address?`,
      )
    else if (measure.quality === 'availability')
      asked.push(`Does announced maintenance count against the ${measure.text}, and who measures it?`)
    else if (measure.quality === 'load') asked.push(`What are the ${measure.text} doing: reading, searching, saving?`)
    else if (measure.quality === 'latency')
      asked.push(`Are the ${measure.text} measured in the browser or on the server?`)
    else if (
      measure.dimension === 'time' &&
      measure.bound === 'after' &&
      !/^\s*(?:of|without|since|after)\b/.test(tail)
    )
      asked.push(`From which moment do the ${measure.text} count?`)
  }
  const due = /\bby (?:the )?(?:end|start|beginning|middle) of [\p{L}\d]+/iu.exec(reading.text)?.[0]
  if (due !== undefined) asked.push(`What happens if it is not ready ${due}: is a part of it enough?`)
  if (/\bspam\w*\b/i.test(reading.text)) asked.push('How many messages in which time are too many?')
  return [...new Set(asked)].slice(0, 3)
}

function vagueQuestion(word: string): string {
  if (/fast|quick|slow|real.?time|soon|asap|as soon|smooth|efficient|performan/i.test(word))
    return `What does "${word}" mean as a number: how many seconds, for which share of the cases?`
  if (
    /many|several|various|a few|a lot|large|huge|small|sometimes|often|usually|regularly|periodically|normally|typically|generally|minimal|sufficient/i.test(
      word,
    )
  )
    return `How many or how often is "${word}" at most?`
  return `How would somebody check that it is "${word}"?`
}

function bugQuestions(reading: Reading): string[] {
  const { bug } = reading
  if (bug === null) return []
  const asked: string[] = []
  if (bug.expected === null) asked.push('What should have happened instead? The report names only what went wrong.')
  if (bug.steps.length === 0) asked.push('Which steps lead there, from the first page on?')
  if (reading.devices.length === 0) asked.push('On which device, browser and version was it seen?')
  if (!/\b(?:always|every time|sometimes|intermittent\w*|\d+ (?:out )?of \d+|randomly|since)\b/i.test(reading.text))
    asked.push('Does it happen every time, and since when?')
  if (/\b(?:wrong|duplicated?|twice|lost|disappear\w*|deleted|missing)\b/i.test(reading.text))
    asked.push('Is wrong data stored already, and does it have to be repaired?')
  else if (!/\b(?:all users|everyone|customers?|only)\b/i.test(reading.text))
    asked.push('How many people are affected, and is there a way round it?')
  return asked
}
