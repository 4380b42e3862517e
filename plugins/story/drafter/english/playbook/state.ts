import type { Seed } from '../../facts.ts'
import { capital, participle } from '../grammar.ts'
import { type Play, type Scene, seed } from '../scene.ts'

/** "deactivated", "locked" */
const done = (s: Scene): string => participle(s.request.verb)
const isPerson = (s: Scene): boolean => s.facets.has('account') || s.facets.has('person')

/** Taken out of use and kept: nothing is deleted, and there is a way back. */
const suspend: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      capital(`the ${s.one} is shown as ${done(s)}`),
      [`the ${s.one} is active`],
      `${s.the} ${s.does}`,
      [
        `the ${s.one} is marked as ${done(s)} in the list, with the date`,
        'everything that belongs to it is still there',
      ],
    ),
  more: (s) => [
    ...(isPerson(s) ? signedIn(s) : inUse(s)),
    seed(
      'boundary',
      43,
      'There is a way back',
      [`the ${s.one} is ${done(s)}`],
      `${s.the} makes it active again`,
      ['it works as before', 'what belonged to it is unchanged'],
      /\b(?:reactivat|restor|unlock|unblock|undo|enable again)\w*/i,
    ),
    seed(
      'failure',
      40,
      `Doing it twice changes nothing`,
      [`a colleague has just ${done(s)} the same ${s.one}`],
      `${s.the} confirms the same step`,
      [`the ${s.one} stays ${done(s)}`, 'the history names the first of the two'],
    ),
  ],
}

function signedIn(s: Scene): Seed[] {
  return [
    seed(
      'boundary',
      44,
      'A session that is open at that moment',
      [`the person behind the ${s.one} is signed in`],
      `${s.the} ${s.does}`,
      ['the next click of that person leads to the sign-in page'],
      /\bsession|signed in|logged in/i,
    ),
    seed(
      'permission',
      42,
      'Nobody shuts everybody out',
      [`only one ${s.role} is left who could undo it`],
      `that ${s.role} tries to apply it to their own account`,
      ['it is refused with this reason'],
    ),
  ]
}

function inUse(s: Scene): Seed[] {
  return [
    seed('boundary', 44, 'What is under way', [`somebody is using the ${s.one}`], `${s.the} ${s.does}`, [
      'what was begun can be finished',
      `nothing new can be started with the ${s.one}`,
    ]),
  ]
}

const rate: Play = {
  happy: (s) =>
    seed('happy', 100, 'The rating counts at once', [`the ${s.one} has three ratings`], `${s.the} ${s.does}`, [
      'their own rating is shown as given',
      'the average and the number of ratings include it',
    ]),
  more: (s) => [
    seed(
      'boundary',
      44,
      'One person, one rating',
      [`${s.the} has rated the ${s.one} before`],
      `${s.the} rates it again`,
      ['the new rating replaces the old one', 'the number of ratings stays the same'],
      /\b(?:once|one rating|again|twice)\b/i,
    ),
    seed('boundary', 40, `${capital(s.an)} nobody has rated yet`, [`the ${s.one} has no rating`], `${s.the} opens it`, [
      'it says that there is no rating yet',
      'no average of 0 is shown',
    ]),
    seed('failure', 38, 'A rating without a choice', [`${s.the} has chosen no value`], `${s.the} sends the rating`, [
      'nothing is stored',
      'the choice that is missing is pointed out',
    ]),
  ],
}

export const state = { suspend, rate }
