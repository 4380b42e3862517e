import type { Draft } from '../draft.ts'
import { cleanText } from '../source/clean.ts'
import { confidenceOf, investFindings, suggestSize } from './assess.ts'
import { choose, tidy } from './choose.ts'
import { writeQuestions } from './english/questions.ts'
import { seed } from './english/scene.ts'
import { writeAssumptions, writeStory } from './english/story.ts'
import { writeSeeds } from './english/write.ts'
import { read } from './read.ts'

/**
 * A draft without a model: the text is read for actor, action, object, conditions, numbers and rights, and nothing else is claimed.
 * The same text always gives the same draft. Spans cited are those of `splitSpans(cleanText(text))`.
 */
export function draftOffline(text: string): Draft {
  const reading = read(cleanText(text))
  const seeds = [...writeSeeds(reading)]
  const unclear = [
    seed(
      'failure',
      5,
      'The wish is put into one sentence',
      ['the text names no action that can be recognised'],
      'the person who wrote it is asked',
      ['one sentence names who wants to do what'],
    ),
    seed('failure', 4, 'The result can be seen', ['the sentence has been agreed'], 'a colleague reads it', [
      'the colleague can say by what the result is recognised',
    ]),
    seed(
      'failure',
      3,
      'The case that must not happen',
      ['the result has been agreed'],
      'the team asks what would be worse than today',
      ['at least one such case is written down'],
    ),
  ]
  const criteria = choose([...seeds, ...unclear.slice(0, Math.max(0, 3 - seeds.length))], reading.text)
  const story = writeStory(reading)
  const assumed = criteria.filter((criterion) => criterion.source === null).length
  return {
    title: tidy(story.title, 110),
    role: tidy(reading.actor.role, 110),
    goal: tidy(story.goal, 390),
    benefit: story.benefit === null ? null : tidy(story.benefit, 390),
    criteria,
    questions: writeQuestions(reading).map((line) => line.slice(0, 480)),
    assumptions: writeAssumptions(reading, assumed).map((line) => line.slice(0, 480)),
    invest: investFindings(reading, criteria),
    ...suggestSize(reading),
    confidence: confidenceOf(reading, criteria),
    language: reading.language,
  }
}
