import type { Seed } from '../../facts.ts'
import { withArticle } from '../grammar.ts'
import { type Play, type Scene, seed } from '../scene.ts'

const subscribe: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Nothing is sent before the address is confirmed',
      [`${s.the} has not subscribed yet`],
      `${s.the} ${s.does}`,
      [
        'one message with a confirmation link is sent to the address',
        'nothing else is sent until that link has been opened',
      ],
    ),
  more: (s) => [
    seed(
      'failure',
      44,
      'An address that has subscribed already',
      ['the address is on the list'],
      'somebody enters it again',
      ['the page shows the same answer as for a new address', 'the address is on the list once'],
      /\balready\b.*\bsubscri/i,
    ),
    seed(
      'failure',
      42,
      'One click ends it',
      ['the address is confirmed and on the list'],
      'the link to unsubscribe at the end of a message is opened',
      ['no further message is sent', 'no login is needed for that'],
      /\bunsubscri\w*/i,
    ),
    seed('failure', 40, 'An address that cannot be one', [], `${s.the} enters "name@" as the address`, [
      'nothing is sent',
      'the field says what is wrong with it',
    ]),
    seed('boundary', 38, 'A confirmation link opened twice', ['the link has been opened once'], 'it is opened again', [
      'the page says that the address is confirmed',
      'no second welcome is sent',
    ]),
    seed(
      'boundary',
      36,
      'An address that is never confirmed',
      ['nobody has opened the confirmation link'],
      'the time allowed for it is over',
      ['the address is deleted'],
    ),
  ],
}

const control: Play = {
  happy: (s) => {
    const place = /\b(?:to|on|in|at|into)\s+((?:the|every|each|our|their)\s.+)$/i
      .exec(s.act)?.[1]
      ?.replace(/^(?:our|their)\b/, 'the')
    return seed(
      'happy',
      100,
      `The ${s.one} is where it is looked for`,
      [],
      `${s.the} opens ${place ?? 'the page'}`,
      s.request.verb === 'see'
        ? [`the ${s.one} is shown with the text agreed on`]
        : [`the ${s.one} is shown with the label agreed on`, 'it can be reached with mouse, keyboard and finger'],
    )
  },
  more: (s) => (s.request.verb === 'see' ? shown(s) : used(s)),
}

function shown(s: Scene): Seed[] {
  return [
    seed(
      'boundary',
      44,
      `The ${s.one} goes when its reason has gone`,
      [`the ${s.one} is shown`],
      'the reason for it no longer holds and the page is opened again',
      [`the ${s.one} is not shown`],
    ),
    seed(
      'boundary',
      41,
      `The ${s.one} on a small screen`,
      ['the screen is 375 pixels wide'],
      `${s.the} opens the page`,
      [`the ${s.one} covers no other control`],
    ),
    seed('quality', 38, 'It is announced', [`${s.the} uses a screen reader`], `the ${s.one} appears`, [
      'its text is read out',
    ]),
  ]
}

function used(s: Scene): Seed[] {
  return [
    seed(
      'boundary',
      44,
      `Without using the ${s.one} nothing changes`,
      [`${s.the} leaves the ${s.one} alone`],
      'they go on as before',
      ['everything works as it did before'],
    ),
    seed(
      'boundary',
      41,
      `The ${s.one} on a small screen`,
      ['the screen is 375 pixels wide'],
      `${s.the} opens the page`,
      [`the ${s.one} and its label are visible without scrolling sideways`],
    ),
    seed(
      'failure',
      38,
      'Used twice in a row',
      [`${s.the} has just used the ${s.one}`],
      `${s.the} uses it again at once`,
      ['the effect occurs once, or is visibly undone'],
    ),
    seed(
      'quality',
      37,
      'Its state is announced',
      [`${s.the} uses a screen reader`],
      `the ${s.one} receives the focus`,
      ['label, kind and state are read out'],
    ),
  ]
}

const wording: Play = {
  happy: (s) => {
    const place =
      /\b(?:on|in|at)\s+((?:the|our|every)\s[\p{L} -]{3,40})/iu.exec(s.act)?.[1]?.replace(/^our\b/, 'the') ?? 'the page'
    const wrong = /"([^"]{1,60})"/.exec(s.request.unit.plain)?.[1]
    return seed('happy', 100, 'The text reads as agreed', [], `a visitor opens ${place}`, [
      wrong === undefined ? 'the corrected text is shown' : `"${wrong}" is no longer to be found there`,
    ])
  },
  more: () => [
    seed(
      'boundary',
      44,
      'The same mistake elsewhere',
      ['the same text is used in other places'],
      'all pages, emails and documents are searched for it',
      ['it is found nowhere'],
    ),
    seed(
      'boundary',
      40,
      'Other languages are not changed by accident',
      ['the page exists in a second language'],
      'it is opened in that language',
      ['its text is the same as before'],
    ),
  ],
}

const improve: Play = {
  happy: (s) =>
    seed(
      'happy',
      90,
      'The difference can be seen on an example',
      [
        `an example that shows what is wrong with ${s.request.thing.name === '' ? 'it' : `the ${s.request.thing.name}`} today`,
      ],
      'the same example is tried after the change',
      ['the person who asked says that it is solved'],
    ),
  more: (s) => [
    seed(
      'boundary',
      38,
      'What works today still works',
      [`a list of what ${s.the} does most often`],
      'each of these is tried after the change',
      ['none takes more steps than before'],
    ),
    seed('failure', 34, 'The change can be taken back', ['it turns out to be no gain'], 'it is switched off', [
      `${withArticle(s.role)} finds everything as before`,
    ]),
  ],
}

export const small = { subscribe, control, wording, improve }
