import { type Play, seed } from '../scene.ts'

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

export const people = { share, comment }
