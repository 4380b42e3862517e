import { type Play, seed } from '../scene.ts'

const restrict: Play = {
  happy: (s) =>
    seed(
      'happy',
      96,
      'Those who may still can',
      [`${s.the} has the right to do it`],
      `${s.the} uses the protected function`,
      ['it works as before'],
    ),
  more: (s) => [
    seed(
      'permission',
      47,
      'Those who may not are stopped on the server',
      ['somebody without the right'],
      'they send the request directly, without the page',
      ['it is refused', 'nothing is changed', 'the attempt is logged'],
    ),
    seed(
      'permission',
      43,
      'What one may not use is not offered',
      ['somebody without the right'],
      'they open the page',
      ['the function is not shown'],
    ),
    seed(
      'boundary',
      40,
      'A right taken away counts at once',
      [`the right of ${s.the} has just been taken away`],
      'they continue in a window that is still open',
      ['the next action is refused'],
    ),
  ],
}

const audit: Play = {
  happy: (s) =>
    seed('happy', 100, 'Every change leaves an entry', [`${s.an} has its old value`], `somebody changes the ${s.one}`, [
      'an entry shows who changed what, when, from which value to which',
    ]),
  more: (s) => [
    seed(
      'permission',
      45,
      'Nobody can rewrite the record',
      ['an entry has been written'],
      'an administrator tries to change or delete it',
      ['it is refused', 'the attempt is an entry of its own'],
    ),
    seed(
      'failure',
      42,
      'A failed change is recorded as failed',
      [`changing the ${s.one} fails half-way`],
      'the entry is read',
      ['it says that the change failed', `the ${s.one} has its old value`],
    ),
    seed('boundary', 38, 'Secrets are not recorded', ['a password or key is changed'], 'the entry is read', [
      'it says that the value changed, not what it is',
    ]),
  ],
}

const limit: Play = {
  happy: (s) =>
    seed('happy', 96, 'Normal use notices nothing', ['the use is below the limit'], `${s.the} works as usual`, [
      'nothing is delayed or refused',
    ]),
  more: () => [
    seed(
      'failure',
      46,
      'What is over the limit is told when to come back',
      ['the limit has been reached'],
      'one more request is made',
      ['it is refused', 'the answer says when it may be tried again'],
      /\b429\b|retry-after/i,
    ),
    seed(
      'boundary',
      43,
      'The limit counts one party, not everybody',
      ['one party has reached the limit'],
      'another party makes its first request',
      ['it is answered normally'],
    ),
    seed(
      'boundary',
      39,
      'The count starts again',
      ['the limit has been reached and the period has ended'],
      'the next request is made',
      ['it is answered normally'],
    ),
  ],
}

export const guard = { restrict, audit, limit }
