import type { Measure, Seed } from '../facts.ts'
import { type Scene, seed } from './scene.ts'

/** Speed, load and availability are measured over many runs, not refused at a limit. */
export function qualitySeed(measure: Measure, scene: Scene): Seed {
  const { text } = measure
  if (measure.quality === 'availability') {
    const minutes = Math.round((1 - measure.value / 100) * 30 * 24 * 60)
    return seed(
      'quality',
      0,
      `At most ${minutes} minutes of outage a month`,
      ['the service has been checked from outside once a minute for 30 days'],
      'the failed checks are counted',
      [`there are at most ${minutes} of them, which is ${text} availability`],
    )
  }
  if (measure.quality === 'throughput')
    return seed(
      'quality',
      0,
      `${text} are sustained, not only reached`,
      ['a load test with data like that in production'],
      `${text} arrive for ten minutes`,
      ['every request is answered', 'the answers at the end are as fast as at the beginning'],
    )
  if (measure.quality === 'load')
    return seed(
      'quality',
      0,
      `${measure.value.toLocaleString('en-US')} at the same time`,
      [
        `${text} ${/users?|people|visitors?|customers?|sessions?|requests?|connections?/i.test(measure.word) ? '' : 'users '}are active at the same time`.replace(
          /\s+/g,
          ' ',
        ),
      ],
      `one more person ${scene.request.weight === 0 || scene.request.topic === 'performance' ? 'opens the page' : `tries to ${scene.act}`}`,
      ['nobody receives an error', 'nobody waits longer than with ten people'],
    )
  const subject = latencySubject(measure, scene)
  // The share is the author's where the text gives one.
  const share = Number(
    /\b(\d{2})(?:\.\d+)?\s?%|\bp(\d{2})\b/i
      .exec(measure.unit.plain)
      ?.slice(1)
      .find((part) => part !== undefined) ?? 95,
  )
  return seed(
    'quality',
    0,
    `Answers within ${text}, measured on real data`,
    [scene.load ?? 'as many records as the production system holds'],
    `${subject} 100 times`,
    [`at least ${share} of the 100 answers are there within ${text}`],
  )
}

function latencySubject(measure: Measure, scene: Scene): string {
  const page =
    /\b((?:[\p{L}-]+\s)?(?:page|dashboard|list|report|screen|view|search|app|checkout|results?|site|website|homepage))\b/iu
      .exec(measure.unit.plain)?.[1]
      ?.toLowerCase()
      .replace(/^(?:the|our|a|my|any|each|every|load)\s/, '')
  if (/search/i.test(measure.unit.plain)) return `${scene.the} sends a search`
  if (page !== undefined) return `${scene.the} opens the ${page}`
  return scene.request.weight === 0 || scene.request.topic === 'performance' || scene.request.topic === 'other'
    ? `${scene.the} opens the page`
    : `${scene.the} ${scene.does.replace(/\s+(?:in|within|under|in less than)\s+\d.*$/i, '')}`
}
