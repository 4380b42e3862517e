import type { Voice } from '../voice.ts'
import { writeQuestions } from './questions.ts'
import { readActor, readBenefit, readRequest } from './request.ts'
import { readBug, readPermissions, readRule } from './rule.ts'
import { seed } from './scene.ts'
import { assumedRole, writeAssumptions, writeStory } from './story.ts'
import { writeSeeds } from './write.ts'

export const german: Voice = {
  language: 'de',
  splitWishes: (text) => [text],
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
      'Der Wunsch steht in einem Satz',
      ['der Text nennt keine erkennbare Handlung'],
      'die Verfasserin gefragt wird',
      ['nennt ein Satz, wer was tun möchte'],
    ),
    seed('happy', 4, 'Das Ergebnis ist zu sehen', ['der Satz ist abgestimmt'], 'eine Kollegin ihn liest', [
      'kann sie sagen, woran das Ergebnis zu erkennen ist',
    ]),
    seed(
      'failure',
      3,
      'Der Fall, der nicht eintreten darf',
      ['das Ergebnis ist abgestimmt'],
      'das Team fragt, was schlimmer wäre als heute',
      ['ist mindestens ein solcher Fall aufgeschrieben'],
    ),
  ],
}
