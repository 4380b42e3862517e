import type { Voice } from '../voice.ts'
import { readActor } from './actor.ts'
import { readBenefit } from './benefit.ts'
import { readBug } from './bug.ts'
import { readForeignActor, readForeignRequest } from './foreign.ts'
import { readPermissions } from './permissions.ts'
import { writeQuestions } from './questions.ts'
import { readRequest } from './request.ts'
import { readRule } from './rule.ts'
import { seed } from './scene.ts'
import { splitWishes } from './sentences.ts'
import { assumedRole, writeAssumptions, writeStory } from './story.ts'
import { writeSeeds } from './write.ts'

export const english: Voice = {
  language: 'en',
  splitWishes,
  readRequest,
  readRule,
  readBenefit,
  readActor,
  readPermissions,
  readBug,
  assumedRole,
  writeSeeds,
  writeStory,
  writeQuestions,
  writeAssumptions,
  unclear: [
    seed(
      'happy',
      5,
      'The wish is put into one sentence',
      ['the text names no action that can be recognised'],
      'the person who wrote it is asked',
      ['one sentence names who wants to do what'],
    ),
    seed('happy', 4, 'The result can be seen', ['the sentence has been agreed'], 'a colleague reads it', [
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
  ],
}

/** Reads the wish of a text in another language and writes about it in English; rules and conditions are left unread rather than guessed. */
export const foreign: Voice = {
  ...english,
  readRequest: readForeignRequest,
  readRule: () => null,
  readBenefit: () => null,
  readActor: (units, _main, fallback) => readForeignActor(units, fallback),
  readPermissions: () => [],
  readBug: () => null,
}
