import { type Play, seed } from '../scene.ts'

const performance: Play = {
  happy: (s) =>
    seed(
      'quality',
      96,
      'The gain is measured against today',
      ['the response time of today has been measured as a baseline'],
      `the same measurement is repeated after the change with the same data`,
      [
        'the slowest 5 % of the answers are faster than in the baseline',
        `the result of ${s.request.thing.name === '' ? 'the operation' : `working with ${s.many}`} is the same as before`,
      ],
    ),
  more: (s) => [
    seed(
      'quality',
      42,
      'A full account is measured, not an empty one',
      [`the account of ${s.the} holds as many ${s.many} as the largest real account`],
      `${s.the} opens it for the first time that day`,
      ['the agreed response time holds for it too'],
    ),
    seed('failure', 39, 'Waiting is visible', ['the answer takes longer than one second'], `${s.the} waits for it`, [
      'progress is shown until the answer is there',
      'the page can still be left',
    ]),
    seed(
      'failure',
      35,
      'Faster answers are not stale answers',
      ['the data has just been changed'],
      `${s.the} opens the page again`,
      ['the changed value is shown'],
    ),
  ],
}

const access: Play = {
  happy: (s) =>
    seed(
      'quality',
      98,
      'Everything can be reached without a mouse',
      [`${s.the} uses only the keyboard`],
      `${s.the} walks through the page with the Tab key`,
      [
        'every control can be reached and used',
        'the focused control is always visible',
        'the order follows the order on the screen',
      ],
    ),
  more: (s) => [
    seed(
      'quality',
      44,
      'A screen reader announces names and states',
      [`${s.the} uses a screen reader`],
      'a form field with a mistake receives the focus',
      ['its label, its value and the mistake are read out'],
    ),
    seed(
      'quality',
      41,
      'Text stays readable',
      ['the page is zoomed to 200 %'],
      `${s.the} reads it on a screen 1280 pixels wide`,
      ['no text is cut off or overlapped', 'text and background contrast at least 4.5 to 1'],
    ),
    seed(
      'failure',
      36,
      'Colour is never the only sign',
      [`${s.the} sees no difference between red and green`],
      'a mistake is shown',
      ['a text or an icon says so too'],
    ),
  ],
}

const translate: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'The chosen language is used throughout',
      [`${s.the} has chosen another language`],
      `${s.the} ${s.does}`,
      ['labels, messages and emails appear in the chosen language', 'dates and numbers follow its conventions'],
    ),
  more: (s) => [
    seed(
      'failure',
      43,
      'A missing translation falls back readably',
      ['one text has not been translated yet'],
      `${s.the} opens the page with that text`,
      ['the text appears in the default language', 'no internal key is shown'],
    ),
    seed(
      'boundary',
      40,
      'Long words do not break the layout',
      ['a label is twice as long in the chosen language'],
      `${s.the} opens the page on a phone`,
      ['the label is shown completely'],
    ),
    seed(
      'boundary',
      34,
      'The choice survives the next visit',
      [`${s.the} has changed the language`],
      `${s.the} comes back on another device`,
      ['the chosen language is used again'],
    ),
  ],
}

const calculate: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'A worked example gives the expected result',
      [`an example of ${s.many} with a result checked by hand`],
      `${s.the} ${s.does}`,
      ['the result equals the one checked by hand', 'the figures it was made from can be seen'],
    ),
  more: (s) => [
    seed(
      'boundary',
      43,
      'Rounding happens once, at the end',
      [`three ${s.many} of 0.335 each`],
      'the total is calculated',
      ['the total is 1.01, not 1.02'],
    ),
    seed(
      'failure',
      42,
      'A missing figure is not taken for zero',
      [`${s.an} has no value yet`],
      `${s.the} looks at the result`,
      ['the result is marked as incomplete', `the ${s.one} without a value is named`],
    ),
    seed(
      'boundary',
      36,
      'Nothing to calculate gives no error',
      [`there are no ${s.many}`],
      `${s.the} looks at the result`,
      ['the result is shown as empty, not as an error'],
    ),
  ],
}

export const quality = { performance, access, translate, calculate }
