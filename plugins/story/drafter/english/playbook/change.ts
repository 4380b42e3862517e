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

const upload: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      `The uploaded ${s.one} can be opened`,
      [`${s.the} has a valid ${s.one} on their device`],
      `${s.the} ${s.does}`,
      [`the ${s.one} is listed with name and size`, 'opening it shows the same content as the original'],
    ),
  more: (s) => [
    seed(
      'failure',
      45,
      'A file of the wrong type is refused',
      [`a program file renamed to look like ${s.format === null ? s.an : `a ${s.format} file`}`],
      `${s.the} chooses it for upload`,
      ['it is refused because of its content, not its name', 'the accepted types are listed'],
    ),
    seed(
      'failure',
      42,
      'An interrupted upload leaves nothing half-done',
      ['half of the file has been transferred'],
      'the connection breaks',
      [`no incomplete ${s.one} is listed`, 'the upload can be resumed or started again'],
    ),
    ...(s.request.thing.name !== '' && /s$/.test(s.request.thing.name)
      ? [
          seed(
            'failure',
            39,
            'One bad file among good ones',
            [`${s.the} has chosen five ${s.many} and one of them is not readable`],
            'the upload ends',
            ['four are stored', 'the fifth is named with the reason'],
          ),
        ]
      : []),
    ...(/\b(?:photo|image|picture|avatar)/i.test(s.act)
      ? [
          seed(
            'boundary',
            40,
            'A phone picture is shown the right way up',
            ['a picture taken in portrait mode with a location stored in it'],
            `${s.the} uploads it`,
            ['it is shown upright', 'the location is not passed on to other people'],
          ),
        ]
      : []),
    seed(
      'failure',
      35,
      'The same name twice overwrites nothing',
      [`${s.an} with the same file name exists`],
      `${s.the} uploads another one`,
      ['both can be opened', 'the list tells them apart'],
    ),
  ],
}

const importing: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      `Every valid row becomes one ${s.one}`,
      [`a file with three valid ${s.many}`],
      `${s.the} ${s.does}`,
      [`three new ${s.many} exist with the values of the file`, 'a report says "3 imported, 0 rejected"'],
    ),
  more: (s) => [
    seed(
      'failure',
      45,
      'A bad row is named and does not stop the others',
      ['row 2 of 3 lacks a required value'],
      `${s.the} imports the file`,
      ['rows 1 and 3 are imported', 'the report names row 2, the column and the reason'],
      /\b(?:invalid|bad|faulty|incomplete) (?:rows?|lines?|records?)\b/i,
    ),
    seed(
      'failure',
      43,
      'Importing the same file twice makes no doubles',
      ['the file has been imported before'],
      `${s.the} imports it again`,
      [`no ${s.one} exists twice`, 'the report says how many were already known'],
      /\b(?:duplicates?|already (?:exist|import)\w*)\b/i,
    ),
    seed(
      'failure',
      40,
      'Unknown columns are asked about',
      ['the file has a column the system does not know'],
      `${s.the} starts the import`,
      [`${s.the} can match or skip the column before anything is stored`],
    ),
    seed(
      'boundary',
      36,
      'A file with only a header',
      ['the file has a header row and no data'],
      `${s.the} imports it`,
      ['a message says that there is nothing to import', 'nothing is changed'],
    ),
  ],
}

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

const share: Play = {
  happy: (s) =>
    /^(?:assign|reassign|delegate)$/.test(s.request.verb)
      ? seed(
          'happy',
          100,
          `The assigned person finds the ${s.one}`,
          [`the ${s.one} belongs to nobody`],
          `${s.the} ${s.does}`,
          [`the ${s.one} shows the name of the assigned person`, 'that person finds it in their own list'],
        )
      : seed('happy', 100, 'The invited person gets exactly what was shared', [], `${s.the} ${s.does}`, [
          'the invited person can open what was shared with their own account',
          'they see nothing else',
        ]),
  more: (s) => [
    seed(
      'permission',
      44,
      'Access can be taken back',
      ['a second person has been given access'],
      `${s.the} takes it back`,
      ['the second person can no longer open it, also not with the old link'],
      /\b(?:revoke|withdraw|take back|remove access)/i,
    ),
    seed(
      'failure',
      42,
      'A person who cannot be reached',
      [`the person chosen by ${s.the} has left or does not exist`],
      `${s.the} tries to add them`,
      [`${s.the} is told at once`, 'nothing is shared'],
    ),
    seed(
      'permission',
      39,
      'A link in the wrong hands',
      ['the link has been forwarded to somebody outside'],
      'that person opens it',
      ['they see a login, not the content'],
    ),
    seed(
      'failure',
      37,
      'Inviting somebody who is in already',
      ['the person already has access'],
      `${s.the} invites them again`,
      ['no second invitation is sent', 'their rights stay as they are'],
    ),
  ],
}

const comment: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'The comment reaches the other readers',
      ['a second person can see the same page'],
      `${s.the} ${s.does}`,
      ['the comment is shown with name and time', 'the second person sees it in its place'],
    ),
  more: (s) => [
    seed(
      'failure',
      43,
      'A text survives a lost connection',
      [`${s.the} has typed a long text and the connection is lost`],
      `${s.the} sends it`,
      ['the text is still in the field', 'it can be sent when the connection is back'],
    ),
    seed(
      'failure',
      41,
      'An empty comment is not posted',
      ['the field holds only spaces'],
      `${s.the} tries to post it`,
      ['nothing is posted', 'the field says that a text is missing'],
    ),
    seed(
      'failure',
      42,
      'A link in the text',
      ['the text holds a web address'],
      `${s.the} tries to post it`,
      ['it is not posted as a link', 'the field says that links are not allowed'],
      /\bno (?:links|urls|html)\b|\bwithout links\b/i,
    ),
    seed('boundary', 39, 'Markup is shown, not run', ['the text holds "<b>bold</b>"'], `${s.the} posts it`, [
      'the characters are shown as they were typed',
    ]),
    seed(
      'permission',
      38,
      'Only the author changes a comment',
      ['a comment by somebody else'],
      `${s.the} tries to change it`,
      ['the change is refused'],
    ),
  ],
}

export const change = {
  create,
  edit,
  delete: remove,
  cancel,
  upload,
  import: importing,
  configure,
  validate,
  approve,
  share,
  comment,
}
