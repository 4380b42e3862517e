import { type Play, seed } from '../scene.ts'

const configure: Play = {
  happy: (s) => {
    const look = s.has(/\bdark\b|\btheme\b|\bcolou?rs?\b|\bappearance\b/i)
    return look
      ? seed(
          'happy',
          100,
          'Every page follows the chosen look',
          [`${s.the} is on a page in the present look`],
          `${s.the} ${s.does}`,
          ['the page changes without being reloaded', 'every other page opens in the chosen look too'],
        )
      : seed(
          'happy',
          100,
          'The setting takes effect and stays',
          ['the setting has its old value'],
          `${s.the} ${s.does}`,
          ['the new value takes effect without a new login', 'it is still set on the next visit'],
        )
  },
  more: (s) => {
    const look = s.has(/\bdark\b|\btheme\b|\bcolou?rs?\b|\bappearance\b/i)
    return [
      ...(look
        ? [
            seed(
              'quality',
              44,
              'Text stays readable in the new look',
              ['the new look is active'],
              `${s.the} opens a page with forms, tables and error messages`,
              ['all text contrasts with its background by at least 4.5 to 1', 'images and charts remain recognisable'],
            ),
            seed(
              'boundary',
              41,
              'The choice is kept',
              [`${s.the} has chosen a look`],
              `${s.the} comes back the next day`,
              ['the page opens in the chosen look without flashing in the other one'],
            ),
            seed(
              'boundary',
              37,
              'Somebody who has never chosen',
              [`${s.the} has never chosen a look`, 'their device is set to dark'],
              'they open the first page',
              ['the page follows the setting of the device'],
            ),
          ]
        : [
            seed(
              'failure',
              43,
              'A value that makes no sense is refused',
              [`${s.the} enters a value outside the allowed choices`],
              `${s.the} saves the setting`,
              ['the old value stays in effect', 'the allowed choices are named'],
            ),
            seed(
              'boundary',
              40,
              'Nobody else is affected',
              ['a second person uses the same feature'],
              `${s.the} changes the setting`,
              ['the second person keeps their own setting'],
            ),
            seed(
              'failure',
              36,
              'The way back',
              ['the new setting turns out to be wrong'],
              `${s.the} restores the default`,
              ['everything behaves as before the change'],
            ),
          ]),
    ]
  },
}

const validate: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Valid input passes without a question',
      [`${s.an} that meets every rule`],
      `${s.the} submits it`,
      ['it is accepted', 'no warning is shown'],
    ),
  more: (s) => [
    seed(
      'failure',
      46,
      'Invalid input is stopped with a reason',
      [`${s.an} that breaks one rule`],
      `${s.the} submits it`,
      ['it is not accepted', 'the message names the field and the rule in plain words'],
    ),
    seed(
      'failure',
      41,
      'Several mistakes are shown together',
      [`${s.an} with two different mistakes`],
      `${s.the} submits it`,
      ['both mistakes are shown at once', 'the correct values need not be entered again'],
    ),
    seed(
      'permission',
      37,
      'The check cannot be avoided',
      ['the request is sent without using the form'],
      'it carries the same invalid value',
      ['it is refused with the same reason'],
    ),
  ],
}

const approve: Play = {
  happy: (s) =>
    seed('happy', 100, `An approved ${s.one} moves on`, [`${s.an} is waiting for a decision`], `${s.the} ${s.does}`, [
      `the ${s.one} is shown with the decision, the name and the time`,
      'the person who asked is told',
    ]),
  more: (s) => [
    seed(
      'failure',
      44,
      'A rejection carries its reason',
      [`${s.an} is waiting for a decision`],
      `${s.the} rejects it without a reason`,
      ['a reason is asked for', 'the person who asked can read it and submit again'],
      /\breject\w*\b|\bdeclin\w+ reason\b/i,
    ),
    seed(
      'permission',
      45,
      'Nobody decides about their own request',
      [`${s.the} has submitted ${s.an} of their own`],
      'they try to approve it',
      ['the approval is refused', 'it stays in the list of somebody else'],
      /\b(?:nobody|no one|not|never)\b.*\bown\b/i,
    ),
    seed(
      'failure',
      41,
      'Two decisions at the same time',
      [`two people have the same ${s.one} open`, 'one of them has just decided'],
      'the other one decides differently',
      ['the first decision stands', 'the second person is told who decided and how'],
    ),
    seed('boundary', 36, 'A change after the approval', [`${s.an} has been approved`], 'its content is changed', [
      'it needs a new approval',
    ]),
  ],
}

export const decisions = { configure, validate, approve }
