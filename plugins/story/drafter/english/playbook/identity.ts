import { type Play, seed } from '../scene.ts'

const login: Play = {
  happy: (s) =>
    s.has(/\b(?:2fa|mfa|two[- ]factor|multi[- ]factor|one[- ]time)\b/i)
      ? seed(
          'happy',
          100,
          'Password and second factor together open the account',
          [`${s.the} has set up a second factor`],
          `${s.the} logs in with the password and the current code`,
          ['the start page of the account is shown'],
        )
      : s.has(/\b(?:sso|single sign|saml|okta|oidc|ldap|active directory|entra|google)\b/i)
        ? seed(
            'happy',
            100,
            'One company login is enough',
            [`${s.the} is signed in at ${s.system ?? 'the identity provider'}`],
            `${s.the} opens the application`,
            ['they are in without entering a password here', 'name and email address are those of the company account'],
          )
        : seed(
            'happy',
            100,
            'The right credentials open the account',
            [`${s.the} has an active account`],
            `${s.the} ${s.does}`,
            ['the start page of their own account is shown'],
          ),
  more: (s) => {
    const second = s.has(/\b(?:2fa|mfa|two[- ]factor|multi[- ]factor)\b/i)
    const sso = s.has(/\b(?:sso|single sign|saml|okta|oidc|ldap|active directory|entra)\b/i)
    return [
      ...(second
        ? [
            seed(
              'failure',
              46,
              'A code that is too old',
              [`${s.the} has entered the right password`, 'the code was created three minutes ago'],
              'they enter it',
              ['the login is refused', 'a new code can be entered without typing the password again'],
            ),
            seed(
              'failure',
              44,
              'The phone is lost',
              [`${s.the} no longer has the second factor`],
              'they use one of their recovery codes',
              ['they are logged in', 'the used recovery code does not work again'],
              /\b(?:recovery|backup) codes?\b|\blost (?:phone|device)\b/i,
            ),
          ]
        : []),
      ...(sso
        ? [
            seed(
              'failure',
              46,
              'The identity provider is down',
              [`${s.system ?? 'the identity provider'} does not answer`],
              `${s.the} tries to log in`,
              ['a message says that the company login is not available', 'nobody is let in without it'],
            ),
            seed(
              'permission',
              44,
              'Somebody who has left the company',
              [`the account at ${s.system ?? 'the identity provider'} has been disabled`],
              'the person tries to log in',
              ['access is refused', 'sessions that are still open end'],
            ),
            seed(
              'boundary',
              38,
              'The first login of a new colleague',
              ['a colleague has a company account and none here'],
              'they log in for the first time',
              ['an account with the lowest role is created'],
            ),
          ]
        : []),
      seed(
        'failure',
        43,
        'A wrong password says no more than it must',
        [`${s.the} has an active account`],
        'a wrong password is entered',
        ['the login is refused', 'the message does not say whether the account exists'],
        /\bwrong password\b|\binvalid credentials\b/i,
      ),
      seed(
        'permission',
        40,
        'A disabled account stays outside',
        [`the account of ${s.the} has been disabled`],
        'the right password is entered',
        ['the login is refused'],
      ),
      seed(
        'failure',
        37,
        'Guessing is slowed down',
        ['several wrong passwords have been entered in a row for one account'],
        'the next attempt is made',
        ['it has to wait or pass a further check', 'the owner of the account is told'],
      ),
    ]
  },
}

const password: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'The new password works and the old one does not',
      [`${s.the} has opened a fresh reset link`],
      'they enter a new password',
      ['they can log in with the new password', 'the old password no longer works'],
    ),
  more: (s) => [
    seed(
      'failure',
      45,
      'A used or expired link',
      ['the reset link has been used already'],
      'somebody opens it again',
      ['no password can be set', 'a new link can be requested'],
      /\bonly once\b|\bused once\b|\bsingle.use\b/i,
    ),
    seed(
      'permission',
      44,
      'The form does not tell who has an account',
      ['an email address without an account'],
      'it is entered in the reset form',
      ['the same message appears as for a known address', 'no email is sent'],
      /\b(?:disclose|reveal|leak)\w*\b.*\b(?:email|account|registered)\b/i,
    ),
    seed(
      'failure',
      41,
      'A weak password is refused',
      [`${s.the} has opened a fresh reset link`],
      'they enter a password that is too short or well known',
      ['it is refused with the rule it breaks', 'the link stays usable'],
    ),
    seed(
      'failure',
      38,
      'Other sessions end',
      [`${s.the} is logged in on a second device`],
      'the password is changed',
      ['the second device has to log in again', 'an email tells the owner about the change'],
      /\bsessions?\b.*\b(?:logged out|end|terminat\w+|invalidat\w+)/i,
    ),
  ],
}

const register: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'A new account is usable after confirmation',
      [`${s.the} has no account yet`],
      `${s.the} ${s.does} and opens the confirmation link`,
      ['the account is active', 'they are led to their first step'],
    ),
  more: (s) => [
    seed(
      'failure',
      44,
      'An email address that has an account already',
      ['the email address belongs to an account'],
      'somebody registers with it again',
      ['no second account is created', 'the owner receives an email that offers to log in or reset the password'],
    ),
    seed(
      'failure',
      41,
      'The confirmation never arrives',
      [`${s.the} has registered and received nothing`],
      'they ask for a new confirmation',
      ['a new link is sent', 'the old link no longer works'],
    ),
    seed(
      'permission',
      39,
      'Unconfirmed means restricted',
      ['the email address has not been confirmed'],
      'the person tries to use the account',
      ['nothing is stored or sent in their name'],
    ),
  ],
}

export const identity = { login, password, register }
