import { type Play, seed } from '../scene.ts'

const automate: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'It happens without anybody pressing a button',
      ['the condition for it is met'],
      `the system ${s.does}`,
      ['the result is visible', 'the history says that the system did it and why'],
    ),
  more: (s) => [
    seed('failure', 45, 'A step that fails stops the rest', ['one step fails'], 'the run continues', [
      'later steps are not started',
      'the failed step and its message are shown',
    ]),
    seed('failure', 42, 'The same trigger twice', ['the trigger arrives twice'], 'both are processed', [
      'it is carried out once',
    ]),
    seed('permission', 40, 'A person can step in', ['a run is in progress'], `${s.the} stops it`, [
      'nothing further is started',
      'what has been done so far is listed',
    ]),
  ],
}

const other: Play = {
  happy: (s) =>
    seed('happy', 95, 'The result can be seen', [], `${s.the} ${s.does}`, [
      s.request.thing.name === '' ? 'the result is shown without reloading the page' : `the ${s.one} shows the result`,
      'it is still there on the next visit',
    ]),
  more: (s) => [
    seed(
      'failure',
      34,
      'When it cannot be done, the reason is given',
      [
        s.request.thing.name === ''
          ? 'something needed for it is missing'
          : `the ${s.one} is not in a state that allows it`,
      ],
      `${s.the} tries to ${s.act}`,
      ['a message says what is missing', 'nothing is left half-done'],
    ),
    seed('failure', 30, 'Trying again is safe', ['the connection is lost at the last step'], `${s.the} repeats it`, [
      'it takes effect once',
    ]),
    seed('permission', 26, 'Without an account', ['a visitor who is not signed in'], `they try to ${s.act}`, [
      'they are asked to sign in first',
    ]),
  ],
}

export const general = { automate, other }
