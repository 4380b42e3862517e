import type { Draft } from '../draft.ts'
import { cleanText } from '../source/clean.ts'
import { confidenceOf, investFindings, suggestSize } from './assess.ts'
import { choose, tidy } from './choose.ts'
import { keepHonest } from './honest.ts'
import { read } from './read.ts'
import { shorten } from './shorten.ts'

/**
 * A draft without a model: the text is read for actor, action, object, conditions, numbers and rights, and nothing else is claimed.
 * The same text always gives the same draft. Spans cited are those of `splitSpans(cleanText(text))`.
 */
export function draftOffline(text: string): Draft {
  const { reading, voice } = read(cleanText(text))
  const seeds = voice.writeSeeds(reading)
  const criteria = keepHonest(choose(seeds, voice.unclear, reading.text))
  const story = voice.writeStory(reading)
  const assumed = criteria.filter((criterion) => criterion.source === null).length
  return {
    title: tidy(story.title, 110),
    role: tidy(reading.actor.role, 110),
    goal: tidy(story.goal, 390),
    benefit: story.benefit === null ? null : tidy(story.benefit, 390),
    criteria,
    questions: voice.writeQuestions(reading).map((line) => shorten(line, 480)),
    assumptions: voice.writeAssumptions(reading, assumed),
    invest: investFindings(reading, criteria),
    ...suggestSize(reading),
    confidence: confidenceOf(reading, criteria),
    language: reading.language,
  }
}
