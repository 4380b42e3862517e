import type { Seed } from '../../facts.ts'
import { capital } from '../grammar.ts'
import { type Play, type Scene, seed } from '../scene.ts'

const search: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      `Only matching ${s.many} are listed`,
      [`there are ${s.many} that match the search and ${s.many} that do not`],
      `${s.the} ${s.does}`,
      [`every matching ${s.one} is listed`, `no ${s.one} without a match is listed`],
    ),
  more: (s) => [
    seed(
      'failure',
      44,
      'A search without a hit says so',
      [`no ${s.one} contains the word "zebra"`],
      `${s.the} searches for "zebra"`,
      [
        `a message says that nothing was found for "zebra"`,
        'the search text stays in the field so that it can be corrected',
      ],
      /\b(?:no|without) (?:hits?|results?|match\w*)\b|\bnothing (?:is |was )?found\b/i,
    ),
    seed(
      'failure',
      38,
      'Special characters are searched literally',
      [`${s.an} contains "50% (net)"`],
      `${s.the} searches for "50% (net)"`,
      [`that ${s.one} is listed`, 'no error is shown'],
    ),
    ...(s.facets.has('person')
      ? [
          seed(
            'failure',
            40,
            'Accents and case do not hide anyone',
            [`${s.an} is stored under the name "Zoë Müller"`],
            `${s.the} searches for "zoe muller"`,
            [`the ${s.one} "Zoë Müller" is listed`],
          ),
        ]
      : []),
    seed(
      'permission',
      36,
      'Hits do not reveal what is out of reach',
      [`${s.an} matches the search but is not visible to ${s.the}`],
      `${s.the} searches for it by its exact name`,
      [`the ${s.one} is not listed`, 'the number of hits does not count it'],
    ),
  ],
}

const filter: Play = {
  happy: (s) => {
    const by = /\b(?:by|on)\s+(.{3,60})$/i.exec(s.act)?.[1]
    const sorting = /^sort|^order/.test(s.request.verb)
    return sorting
      ? seed(
          'happy',
          100,
          `${capital(s.many)} appear in the chosen order`,
          [`the list holds ${s.many} in no particular order`],
          `${s.the} ${s.does}`,
          [`the ${s.many} are listed in that order`, 'the chosen order is visible in the list head'],
        )
      : seed(
          'happy',
          100,
          by === undefined ? `Only the chosen ${s.many} remain` : `${capital(s.many)} can be narrowed by ${by}`,
          [
            `the list holds ${s.many} ${by === undefined ? 'that fit the filter and others that do not' : `that differ in ${by}`}`,
          ],
          `${s.the} ${s.does}`,
          [
            `only ${s.many} with the chosen value${by !== undefined && /\band\b|,/.test(by) ? 's' : ''} stay in the list`,
            'the active filter is visible and can be removed',
          ],
        )
  },
  more: (s) => (/^(?:sort|order)/.test(s.request.verb) ? sorted(s) : filtered(s)),
}

function sorted(s: Scene): Seed[] {
  const by = /\bby\s+(.{3,60})$/i.exec(s.act)?.[1] ?? 'the chosen value'
  return [
    seed('boundary', 44, `${capital(s.many)} without that value`, [`${s.an} has no ${by}`], `${s.the} ${s.does}`, [
      `the ${s.one} stands at the end, not at the beginning`,
    ]),
    seed(
      'boundary',
      42,
      'Equal values keep one order',
      [`two ${s.many} have the same ${by}`],
      'the list is opened twice',
      ['both times the two stand in the same order'],
    ),
    seed(
      'failure',
      38,
      'The order covers all pages',
      [`there are more ${s.many} than fit on one page`],
      `${s.the} opens the second page`,
      ['it continues the order of the first'],
    ),
  ]
}

function filtered(s: Scene): Seed[] {
  return [
    seed(
      'failure',
      43,
      'A filter that leaves nothing explains itself',
      [`no ${s.one} has the chosen value`],
      `${s.the} applies the filter`,
      ['the empty list names the active filter', 'one action clears the filter'],
    ),
    seed(
      'failure',
      37,
      'Going back keeps the filter',
      [`${s.the} has filtered the list`],
      `${s.the} opens ${s.an} and goes back`,
      ['the same filter is still active', 'the list is at the same position'],
    ),
    seed(
      'boundary',
      34,
      `${capital(s.many)} without a value are not lost`,
      [`${s.an} has no value in the filtered field`],
      `${s.the} looks for it with the filter switched off`,
      [`the ${s.one} is listed`, 'the filter offers a choice for "no value"'],
    ),
  ]
}

const display: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      `${capital(s.many)} are shown with current values`,
      [`there are ${s.many} to show`],
      `${s.the} ${s.does}`,
      [`each ${s.one} is shown once, with the values stored at that moment`],
    ),
  more: (s) => [
    seed(
      'failure',
      42,
      `Nothing to show yet`,
      [`there are no ${s.many} yet`],
      `${s.the} opens the view`,
      [`a sentence says that there are no ${s.many} yet`, 'no empty table or broken chart is shown'],
      /\bempty (?:state|list)\b/i,
    ),
    seed(
      'failure',
      40,
      'Data that cannot be loaded is not shown as empty',
      [`the ${s.many} cannot be loaded`],
      `${s.the} opens the view`,
      ['a message says that loading failed', 'the view can be loaded again without leaving it'],
    ),
    ...(s.has(/\b(?:live|real.?time|current|up to date|latest|today)\b/i)
      ? [
          seed(
            'boundary',
            44,
            'A change elsewhere becomes visible',
            [`${s.the} has the view open`],
            `somebody else changes ${s.an}`,
            ['the new value appears without reloading the page', 'the time of the last update is shown'],
          ),
        ]
      : []),
    ...(s.facets.has('time')
      ? [
          seed(
            'boundary',
            39,
            'Times are shown in the time zone of the reader',
            [`${s.an} was stored at 23:30 UTC`],
            `${s.the} looks at it in a time zone two hours ahead`,
            ['the time shown is 01:30 of the next day'],
          ),
        ]
      : []),
    ...(s.own || s.facets.has('money') || s.facets.has('person')
      ? [
          seed(
            'permission',
            35,
            `Somebody else's ${s.many} stay hidden`,
            [`${s.an} belongs to another account`],
            `${s.the} opens its address directly`,
            ['access is refused', `nothing of the ${s.one} is shown`],
          ),
        ]
      : []),
  ],
}

const exporting: Play = {
  happy: (s) => {
    const format = s.format
    const file = format === null ? 'a file' : `${/^(?:X|S|M|H)/.test(format) ? 'an' : 'a'} ${format} file`
    return seed(
      'happy',
      100,
      `The file holds every chosen ${s.one}`,
      [`there are three ${s.many} to export`],
      `${s.the} ${s.does}`,
      [
        `${file} is downloaded`,
        format === 'CSV' || format === 'Excel' || format === 'XLSX'
          ? `it holds one header row and three rows, one for each ${s.one}`
          : format === 'PDF'
            ? `it shows all three ${s.many} and can be printed without cut-off text`
            : `it holds all three ${s.many}`,
      ],
    )
  },
  more: (s) => [
    ...(s.format === 'CSV'
      ? [
          seed(
            'failure',
            45,
            'Separators in the data do not break the columns',
            [`${s.an} contains a comma, a quotation mark and a line break in one field`],
            `${s.the} opens the exported CSV file in a spreadsheet`,
            ['the field is in one cell', 'umlauts and accents are readable'],
          ),
        ]
      : []),
    ...(s.format === 'PDF'
      ? [
          seed(
            'boundary',
            43,
            'A long document breaks between lines',
            [`the content of the ${s.one} fills more than one page`],
            `${s.the} opens the exported PDF`,
            ['the table head is repeated on every page', 'no line is cut in half'],
          ),
        ]
      : []),
    ...(s.format === 'Excel' || s.format === 'XLSX'
      ? [
          seed(
            'boundary',
            42,
            'Numbers and dates stay numbers and dates',
            [`${s.an} holds a date and a number with decimals`],
            `${s.the} opens the exported file in Excel`,
            ['the column can be summed', 'the date is recognised as a date'],
          ),
        ]
      : []),
    seed(
      'failure',
      41,
      `An export without ${s.many} is not a broken file`,
      [`there are no ${s.many} to export`],
      `${s.the} starts the export`,
      ['a message says that there is nothing to export', 'no empty file is downloaded'],
    ),
    ...(s.facets.has('money')
      ? [
          seed(
            'boundary',
            40,
            'The sum of the file matches the screen',
            [`the screen shows ${s.many} with a total`],
            `${s.the} adds up the amounts in the exported file`,
            ['the result is the total on the screen to the cent'],
          ),
        ]
      : []),
    ...(s.facets.has('person')
      ? [
          seed(
            'permission',
            40,
            'Personal data the role may not see is not exported',
            [`${s.the} may not see private phone numbers`],
            `${s.the} exports the ${s.many}`,
            ['the file has no column with private phone numbers'],
          ),
        ]
      : []),
    ...(s.facets.has('file')
      ? [
          seed(
            'failure',
            36,
            'One unreadable file does not spoil the rest',
            [`one of the chosen ${s.many} is damaged in storage`],
            `${s.the} downloads all of them`,
            [`the other ${s.many} are in the download`, 'the missing one is named'],
          ),
        ]
      : []),
    ...(s.own
      ? [
          seed(
            'permission',
            42,
            `Somebody else's ${s.many} are not in the file`,
            [`another account has ${s.many} too`],
            `${s.the} exports`,
            [`the file holds no ${s.one} of the other account`],
          ),
        ]
      : []),
    seed(
      'failure',
      33,
      'A failed export can be repeated',
      [`creating the file fails half-way`],
      `${s.the} starts the export again`,
      ['a complete file is downloaded', 'no half-written file was offered in between'],
    ),
  ],
}

export const find = { search, filter, display, export: exporting }
