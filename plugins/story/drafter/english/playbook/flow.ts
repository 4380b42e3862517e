import { type Play, type Scene, seed } from '../scene.ts'

/** Each way the text names, for a message that has to arrive in all of them. */
function waysOf(scene: Scene): string[] {
  const ways: readonly (readonly [RegExp, string])[] = [
    [/\bslack\b/i, 'in Slack'],
    [/\b(?:ms |microsoft )?teams\b(?= (?:message|channel))/i, 'in Teams'],
    [/\be-?mails?\b/i, 'by email'],
    [/\bsms\b/i, 'by SMS'],
    [/\bpush\b/i, 'as a push notification'],
  ]
  return ways.filter(([pattern]) => scene.has(pattern)).map(([, way]) => way)
}

function channelOf(scene: Scene): string {
  if (waysOf(scene).length > 1) return 'notification'
  if (scene.has(/\bslack\b/i)) return 'Slack message'
  if (scene.has(/\bteams\b/i) && scene.system === 'Microsoft Teams') return 'Teams message'
  if (scene.has(/\bsms\b|\btext message\b/i)) return 'SMS'
  if (scene.has(/\bpush\b/i)) return 'push notification'
  if (scene.has(/\be-?mails?\b|\bmail\b|\bnewsletter\b|\bdigest\b/i)) return 'email'
  return 'notification'
}

const notify: Play = {
  happy: (s) => {
    const channel = channelOf(s)
    return seed('happy', 100, `The ${channel} says what happened and leads there`, [], `${s.the} ${s.does}`, [
      ...(waysOf(s).length > 1 ? [`it arrives ${waysOf(s).join(' and ')}`] : []),
      `the ${channel} names what happened and when`,
      'a link in it leads to the right place',
    ])
  },
  more: (s) => {
    const channel = channelOf(s)
    return [
      seed(
        'permission',
        43,
        'Whoever has opted out is left alone',
        [`${s.the} has switched these ${channel === 'SMS' ? 'SMS' : `${channel}s`} off`],
        'the event occurs',
        [`no ${channel} is sent to them`],
        /\b(?:opt(?:ed)?[- ]out|unsubscrib\w*|mute\w*)\b/i,
      ),
      channel === 'Slack message' || channel === 'Teams message'
        ? seed(
            'failure',
            44,
            'The channel is gone',
            ['the channel has been archived or the bot removed from it'],
            'the event occurs',
            [
              'the message is kept and the failure is shown to whoever set it up',
              'the event itself is processed normally',
            ],
          )
        : seed(
            'failure',
            44,
            `A ${channel} that cannot be delivered`,
            [
              channel === 'email'
                ? 'the address bounces'
                : channel === 'SMS'
                  ? 'the number does not exist'
                  : 'the service that delivers it is down',
            ],
            `the ${channel} is sent`,
            ['the failure is recorded and visible', 'delivery is tried again without sending twice'],
          ),
      seed(
        'failure',
        41,
        'The same event is reported once',
        ['the same event arrives twice'],
        'both are processed',
        [`exactly one ${channel} is sent`],
        /\b(?:only once|not twice|duplicate)\b/i,
      ),
      seed(
        'boundary',
        37,
        'Many events in a short time',
        ['twenty events occur within one minute'],
        'they are reported',
        [`${s.the} receives one summary instead of twenty ${channel === 'SMS' ? 'SMS' : `${channel}s`}`],
        /\bspam|\bnoise|\bflood|\btoo many\b/i,
      ),
      ...(s.has(/\bremind/i)
        ? [
            seed(
              'boundary',
              45,
              'No reminder for what is already done',
              ['the matter was settled an hour before the reminder is due'],
              'the reminder is due',
              ['none is sent'],
            ),
          ]
        : []),
    ]
  },
}

const schedule: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      `The ${s.one} takes its place in the calendar`,
      ['the chosen time is free'],
      `${s.the} ${s.does}`,
      [`the ${s.one} is confirmed with date, time and time zone`, 'the time is no longer offered to others'],
    ),
  more: (s) => [
    seed(
      'failure',
      46,
      'Two people want the same time',
      ['one place is left'],
      `${s.the} and somebody else book it at the same moment`,
      ['exactly one of them gets it', 'the other one is offered the next free times'],
    ),
    seed(
      'boundary',
      42,
      'The night the clocks change',
      [`a ${s.one} is set for 02:30 in the night the clocks go forward`],
      `${s.the} looks at it`,
      ['it has exactly one time that exists', 'reminders use the same time'],
    ),
    seed('failure', 41, 'A time in the past', ['the chosen time has passed'], `${s.the} tries to confirm it`, [
      'it is refused',
      'the next free time is offered',
    ]),
    seed('failure', 36, 'A change reaches everyone', [`a ${s.one} with two participants`], 'it is moved by one hour', [
      'both are told the new time',
      'the old time is free again',
    ]),
  ],
}

const sync: Play = {
  happy: (s) => {
    const other = s.system ?? 'the other system'
    const many =
      s.request.thing.name === '' || s.request.thing.name.toLowerCase().includes(other.toLowerCase())
        ? 'records'
        : s.many
    return seed(
      'happy',
      100,
      `Both sides show the same ${many}`,
      [`${many} have been changed since the last run`],
      `${s.the} ${s.does}`,
      [`the changed ${many} are the same here and in ${other}`, 'unchanged ones are not touched'],
    )
  },
  more: (s) => {
    const other = s.system ?? 'the other system'
    const one =
      s.request.thing.name === '' || s.request.thing.name.toLowerCase().includes(other.toLowerCase()) ? 'record' : s.one
    return [
      seed(
        'failure',
        46,
        `${other === 'the other system' ? 'The other system' : other} is not reachable`,
        [`${other} does not answer`],
        'a change is due to be passed on',
        ['the change waits and is passed on when the connection is back', 'nothing is lost or sent twice'],
      ),
      seed(
        'failure',
        44,
        'Changed on both sides',
        [`the same ${one} has been changed here and in ${other}`],
        'the two are matched',
        ['one rule decides which value wins', 'the other value is kept in the history'],
        /\bconflict\w*\b/i,
      ),
      seed(
        'permission',
        42,
        'The access has been withdrawn',
        [`the access key for ${other} is no longer valid`],
        'the next run starts',
        ['it stops with a message to the administrator', 'no further requests are made with the old key'],
      ),
      seed(
        'failure',
        40,
        `A ${one} that ${other} refuses`,
        [`${other} refuses one of ten because a field is missing`],
        'the run ends',
        ['the other nine have been passed on', 'the refused one is listed with the reason'],
      ),
      ...(s.has(/\bwebhook/i)
        ? [
            seed(
              'permission',
              45,
              'A forged call is ignored',
              ['a call arrives with a wrong signature'],
              'it is received',
              ['it is refused', 'nothing is changed'],
              /\bsignature\b|\bsigned webhook\b/i,
            ),
          ]
        : []),
      seed('failure', 35, `Deleted in ${other}`, [`a ${one} has been deleted in ${other}`], 'the next run ends', [
        'it is marked here as deleted, not created again there',
      ]),
    ]
  },
}

const migrate: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'Nothing is missing on the other side',
      [`the old system holds 1,000 ${s.many}`],
      `${s.the} ${s.does}`,
      [`the new system holds 1,000 ${s.many}`, 'a random sample of 50 has the same values in every field'],
    ),
  more: (s) => [
    seed(
      'failure',
      46,
      'Records that do not fit are listed, not dropped',
      [`${s.an} in the old system lacks a field the new one requires`],
      'the move ends',
      [
        `the report names that ${s.one} and the missing field`,
        'the number moved and the number rejected add up to the total',
      ],
    ),
    seed(
      'failure',
      44,
      'A move that stops half-way',
      ['the move breaks off after half of the records'],
      'it is started again',
      ['it continues where it stopped', `no ${s.one} exists twice`],
      /\bresum\w+\b|\binterrupt\w*\b/i,
    ),
    seed(
      'failure',
      42,
      'The way back',
      ['a serious mistake is found after the switch'],
      'the switch is reversed',
      ['the old system works with its data as before', 'what was entered since the switch is listed'],
      /\broll(?:ed|ing)? ?back\b|\brevert\b|\bfallback\b/i,
    ),
    ...(s.facets.has('account') || s.facets.has('person')
      ? [
          seed(
            'permission',
            40,
            'Rights survive the move',
            ['somebody could see only part of the data in the old system'],
            'they log in to the new one',
            ['they see that part and no more'],
          ),
        ]
      : []),
    ...(s.facets.has('file')
      ? [
          seed(
            'boundary',
            39,
            'Attached files are the same files',
            ['a moved record has an attachment'],
            'it is opened in the new system',
            ['its checksum is the one from the old system'],
          ),
        ]
      : []),
    seed(
      'boundary',
      36,
      'Changes made during the move',
      [`${s.an} is changed in the old system while the move is running`],
      'the move ends',
      [`the new system has the changed ${s.one}`],
    ),
  ],
}

export const flow = { notify, schedule, sync, migrate }
