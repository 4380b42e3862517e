import type { Seed } from '../../facts.ts'
import { type Play, type Scene, seed } from '../scene.ts'

const create: Play = {
  happy: (s) =>
    seed('happy', 100, `The new ${s.one} is there for later`, [], `${s.the} ${s.does}`, [
      `the new ${s.one} is shown with the values entered`,
      'it is still there after the page has been reloaded',
    ]),
  more: (s) => [
    seed(
      'failure',
      43,
      'Missing information is pointed out in place',
      [`${s.the} has left a required field empty`],
      `${s.the} tries to save the ${s.one}`,
      [`no ${s.one} is stored`, 'the empty field is marked and named', 'everything already entered is still there'],
    ),
    seed(
      'failure',
      39,
      'Saving twice makes one',
      [`${s.the} has filled in everything`],
      `${s.the} presses save twice in a row`,
      [`exactly one ${s.one} exists`],
    ),
    ...(s.facets.has('person') || s.facets.has('stock') || s.facets.has('account')
      ? [
          seed(
            'failure',
            41,
            `A ${s.one} that exists already is noticed`,
            [`there already is ${s.an} with the same name`],
            `${s.the} enters it a second time`,
            ['the existing one is offered', 'a second one is stored only after confirmation'],
          ),
        ]
      : []),
    ...(s.facets.has('message')
      ? [
          seed(
            'failure',
            41,
            'A text survives a lost connection',
            [`${s.the} has typed a long text`, 'the connection is lost'],
            `${s.the} sends it`,
            ['the text is not lost', 'it can be sent again when the connection is back'],
          ),
        ]
      : []),
    seed(
      'boundary',
      33,
      'A very long name is handled',
      [`${s.the} enters a name of 255 characters`],
      `${s.the} saves the ${s.one}`,
      ['the whole name is kept', 'lists show it shortened, not broken'],
    ),
  ],
}

const edit: Play = {
  happy: (s) => {
    const movesSomething = /^(?:move|reorder|rearrange|drag)$/.test(s.request.verb)
    return movesSomething
      ? seed(
          'happy',
          100,
          `The new place of the ${s.one} is kept`,
          [`the ${s.one} has its old place`],
          `${s.the} ${s.does}`,
          [
            `the ${s.one} is shown in its new place`,
            'the other entries close the gap',
            'the new place is kept after reloading',
          ],
        )
      : /^(?:mark|tag|label|pin)$/.test(s.request.verb)
        ? seed(
            'happy',
            100,
            'The mark is visible to everyone concerned',
            [`the ${s.one} is not marked yet`],
            `${s.the} ${s.does}`,
            ['the mark is visible in the list', 'it can be taken back'],
          )
        : seed(
            'happy',
            100,
            'The changed value is the one seen everywhere',
            [`${s.an} is stored with its old value`],
            `${s.the} ${s.does}`,
            ['the new value is shown right after saving', 'lists and other places that show it use the new value'],
          )
  },
  more: (s) => [
    seed(
      'failure',
      43,
      'Two people changing the same thing',
      [`${s.the} and a second person have opened the same ${s.one}`, 'the second person has saved a change'],
      `${s.the} saves a different change`,
      [`${s.the} is told that the ${s.one} was changed in the meantime`, 'neither change is lost without a question'],
    ),
    seed(
      'failure',
      40,
      'An invalid value is refused and the old one stays',
      [`${s.the} has entered a value that is not allowed`],
      `${s.the} saves`,
      ['the field says what is wrong', `the ${s.one} keeps its old value`],
    ),
    seed(
      'failure',
      35,
      'Leaving with unsaved changes',
      [`${s.the} has changed something and not saved it`],
      `${s.the} leaves the page`,
      ['a question offers to stay or to discard the change'],
    ),
    ...(s.own
      ? [
          seed(
            'permission',
            39,
            `Other people's ${s.many} cannot be changed`,
            [`${s.an} belongs to somebody else`],
            `${s.the} tries to change it through its address`,
            ['the change is refused', 'the stored value is unchanged'],
          ),
        ]
      : []),
    ...(s.facets.has('account') && s.has(/\bemail\b/i)
      ? [
          seed(
            'failure',
            42,
            'A new email address counts only once confirmed',
            ['a new email address has been entered'],
            'the confirmation link has not been opened yet',
            ['messages still go to the old address'],
          ),
        ]
      : []),
  ],
}

const remove: Play = {
  happy: (s) =>
    s.request.verb === 'archive'
      ? seed('happy', 100, `An archived ${s.one} leaves the list`, [`${s.an} is in the list`], `${s.the} ${s.does}`, [
          `the ${s.one} is no longer in the list`,
          'it can be found among the archived ones with everything it held',
        ])
      : seed(
          'happy',
          100,
          `The deleted ${s.one} is gone`,
          [`${s.an} is in the list`],
          `${s.the} ${s.does} and confirms`,
          [`the ${s.one} is no longer in the list`, 'opening its old address says that it no longer exists'],
        ),
  more: (s) => (s.request.verb === 'archive' ? archived(s) : deleted(s)),
}

function archived(s: Scene): Seed[] {
  return [
    seed('boundary', 44, `Archiving can be undone`, [`the ${s.one} has been archived`], `${s.the} brings it back`, [
      'it is in its old place with everything it held',
    ]),
    seed(
      'failure',
      42,
      `Nobody changes an archived ${s.one}`,
      [`the ${s.one} has been archived`],
      'somebody opens its old address and tries to change it',
      ['it can be read', 'the change is refused with the reason'],
    ),
    ...(s.own
      ? [
          seed(
            'permission',
            43,
            `Somebody else's ${s.one}`,
            [`the ${s.one} belongs to somebody else`],
            `${s.the} tries to archive it`,
            ['it is refused', `the ${s.one} stays in the list`],
          ),
        ]
      : []),
    seed(
      'boundary',
      38,
      'Work that is still going on',
      [`a colleague is working on the ${s.one}`],
      `${s.the} archives it`,
      ['the colleague is told', 'nothing they have entered is lost'],
    ),
  ]
}

function deleted(s: Scene): Seed[] {
  return [
    seed(
      'failure',
      44,
      'Nothing is deleted by one wrong click',
      [`${s.the} has chosen to delete ${s.an}`],
      `${s.the} cancels the confirmation`,
      [`the ${s.one} is unchanged`],
      /\bconfirm\w*\b|\bare you sure\b/i,
    ),
    seed(
      'failure',
      42,
      `A ${s.one} that is still in use`,
      [`the ${s.one} is used somewhere else`],
      `${s.the} tries to delete it`,
      [`${s.the} is shown where it is used`, 'nothing is deleted before that is settled'],
    ),
    seed(
      'permission',
      41,
      'Deleting needs the right to do so',
      [`somebody who may only view the ${s.one}`],
      'they send the delete request directly',
      ['it is refused', `the ${s.one} still exists`],
    ),
    ...(s.facets.has('account') || s.facets.has('person')
      ? [
          seed(
            'boundary',
            42,
            'Personal data goes too',
            [`the ${s.one} has been deleted`],
            'an administrator searches for the name and email address',
            ['neither is found', 'records that must be kept by law no longer show the name'],
          ),
        ]
      : []),
    ...(/\b(?:all|multiple|bulk|several|selected)\b/i.test(s.act)
      ? [
          seed(
            'boundary',
            40,
            'One of many that cannot be deleted',
            [`ten ${s.many} are chosen and one of them is locked`],
            `${s.the} deletes them together`,
            ['nine are deleted', 'the locked one is named'],
          ),
        ]
      : []),
  ]
}

const cancel: Play = {
  happy: (s) =>
    seed('happy', 100, `The ${s.one} counts as cancelled at once`, [`an active ${s.one}`], `${s.the} ${s.does}`, [
      `the ${s.one} is shown as cancelled with date and time`,
      `${s.the} receives a confirmation`,
    ]),
  more: (s) => [
    seed(
      'failure',
      44,
      `A ${s.one} that is too far along`,
      [`the ${s.one} has already been carried out`],
      `${s.the} tries to cancel it`,
      ['it is not cancelled', `${s.the} is told why and what can be done instead`],
    ),
    seed(
      'failure',
      40,
      'Cancelling twice has no second effect',
      [`the ${s.one} is already cancelled`],
      `${s.the} cancels it again`,
      ['the first cancellation and its date stay', 'no second confirmation is sent'],
    ),
    ...(s.facets.has('money') || s.facets.has('time')
      ? [
          seed(
            'boundary',
            42,
            'What has been paid is settled',
            [`the ${s.one} has been paid for`],
            `${s.the} cancels it`,
            [
              'the confirmation names the amount that is paid back and the date',
              'the amount follows the cancellation terms',
            ],
          ),
        ]
      : []),
    ...(s.facets.has('time')
      ? [
          seed(
            'failure',
            41,
            'The freed place can be taken again',
            [`the ${s.one} was the last free one`],
            `${s.the} has cancelled it`,
            ['somebody else can take it'],
          ),
        ]
      : []),
  ],
}

export const records = { create, edit, delete: remove, cancel }
