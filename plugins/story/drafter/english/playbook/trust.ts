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
    seed('failure', 45, 'A used or expired link', ['the reset link has been used already'], 'somebody opens it again', [
      'no password can be set',
      'a new link can be requested',
    ]),
    seed(
      'permission',
      44,
      'The form does not tell who has an account',
      ['an email address without an account'],
      'it is entered in the reset form',
      ['the same message appears as for a known address', 'no email is sent'],
    ),
    seed(
      'failure',
      41,
      'A weak password is refused',
      [`${s.the} has opened a fresh reset link`],
      'they enter a password that is too short or well known',
      ['it is refused with the rule it breaks', 'the link stays usable'],
    ),
    seed('failure', 38, 'Other sessions end', [`${s.the} is logged in on a second device`], 'the password is changed', [
      'the second device has to log in again',
      'an email tells the owner about the change',
    ]),
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

const restrict: Play = {
  happy: (s) =>
    seed(
      'happy',
      96,
      'Those who may still can',
      [`${s.the} has the right to do it`],
      `${s.the} uses the protected function`,
      ['it works as before'],
    ),
  more: (s) => [
    seed(
      'permission',
      47,
      'Those who may not are stopped on the server',
      ['somebody without the right'],
      'they send the request directly, without the page',
      ['it is refused', 'nothing is changed', 'the attempt is logged'],
    ),
    seed(
      'permission',
      43,
      'What one may not use is not offered',
      ['somebody without the right'],
      'they open the page',
      ['the function is not shown'],
    ),
    seed(
      'boundary',
      40,
      'A right taken away counts at once',
      [`the right of ${s.the} has just been taken away`],
      'they continue in a window that is still open',
      ['the next action is refused'],
    ),
  ],
}

const audit: Play = {
  happy: (s) =>
    seed('happy', 100, 'Every change leaves an entry', [`${s.an} has its old value`], `somebody changes the ${s.one}`, [
      'an entry shows who changed what, when, from which value to which',
    ]),
  more: (s) => [
    seed(
      'permission',
      45,
      'Nobody can rewrite the record',
      ['an entry has been written'],
      'an administrator tries to change or delete it',
      ['it is refused', 'the attempt is an entry of its own'],
    ),
    seed(
      'failure',
      42,
      'A failed change is recorded as failed',
      [`changing the ${s.one} fails half-way`],
      'the entry is read',
      ['it says that the change failed', `the ${s.one} has its old value`],
    ),
    seed('boundary', 38, 'Secrets are not recorded', ['a password or key is changed'], 'the entry is read', [
      'it says that the value changed, not what it is',
    ]),
  ],
}

const limit: Play = {
  happy: (s) =>
    seed('happy', 96, 'Normal use notices nothing', ['the use is below the limit'], `${s.the} works as usual`, [
      'nothing is delayed or refused',
    ]),
  more: () => [
    seed(
      'failure',
      46,
      'What is over the limit is told when to come back',
      ['the limit has been reached'],
      'one more request is made',
      ['it is refused', 'the answer says when it may be tried again'],
    ),
    seed(
      'boundary',
      43,
      'The limit counts one party, not everybody',
      ['one party has reached the limit'],
      'another party makes its first request',
      ['it is answered normally'],
    ),
    seed(
      'boundary',
      39,
      'The count starts again',
      ['the limit has been reached and the period has ended'],
      'the next request is made',
      ['it is answered normally'],
    ),
  ],
}

const pay: Play = {
  happy: (s) => {
    if (/\b(?:voucher|coupon|discount|promo|gift)/i.test(s.act))
      return seed(
        'happy',
        100,
        'A valid code lowers the total before paying',
        ['the cart holds one article for 40.00'],
        `${s.the} enters a valid code for 10.00 off`,
        ['the total shown is 30.00', 'the code and the deduction are listed on the receipt'],
      )
    if (/\bsaved\b|\bstored\b/i.test(s.act))
      return seed(
        'happy',
        100,
        'A saved card pays without typing its number',
        [`${s.the} has a card ending in 4242 saved`, 'the cart is not empty'],
        `${s.the} ${s.does}`,
        ['the order is placed and shown as paid', 'the confirmation names the card only by its last four digits'],
      )
    if (/\bsubscri/i.test(s.act))
      return seed(
        'happy',
        100,
        'The subscription starts with the first payment',
        [`${s.the} has chosen a plan`],
        `${s.the} ${s.does}`,
        ['the plan is active', 'price, period and next payment date are confirmed'],
      )
    return seed(
      'happy',
      100,
      'A successful payment leads to one paid order',
      ['the cart holds one article for 40.00'],
      `${s.the} ${s.does}`,
      ['the order is shown as paid', 'a confirmation with the amount of 40.00 is sent'],
    )
  },
  more: (s) => {
    const code = /\b(?:voucher|coupon|discount|promo|gift)/i.test(s.act)
    if (code)
      return [
        seed(
          'failure',
          46,
          'A code that has expired',
          ['the code expired yesterday'],
          `${s.the} enters it`,
          ['the total stays the same', 'the message says that the code has expired'],
          /\bexpir\w+/i,
        ),
        seed(
          'failure',
          44,
          'A code that has been used',
          ['the code can be used once and has been used'],
          `${s.the} enters it again`,
          ['the total stays the same'],
          /\b(?:only once|one-time|single.use|used once)\b/i,
        ),
        seed(
          'boundary',
          42,
          'A code worth more than the cart',
          ['the cart holds articles for 8.00 and the code is worth 10.00'],
          `${s.the} enters the code`,
          ['the total is 0.00, never negative'],
        ),
        seed(
          'failure',
          38,
          'Two codes at once',
          ['one code has been applied'],
          `${s.the} enters a second one`,
          ['the rule for combining codes is applied and explained'],
          /\bcombin\w+/i,
        ),
      ]
    return [
      seed(
        'failure',
        46,
        'A declined card costs nothing and loses nothing',
        ['the bank declines the card'],
        `${s.the} tries to pay`,
        ['no order is marked as paid', 'the cart is unchanged', 'another way to pay is offered'],
        /\bdeclined?\b/i,
      ),
      seed(
        'failure',
        45,
        'Pressing pay twice charges once',
        [`${s.the} is on the payment page`],
        `${s.the} presses pay twice in a row`,
        ['the amount is charged exactly once', 'there is one order'],
      ),
      seed(
        'failure',
        43,
        `No answer from ${s.system ?? 'the payment provider'}`,
        [`${s.system ?? 'the payment provider'} has received the payment and its answer is lost`],
        `${s.the} reloads the page`,
        [
          'the order is shown as "payment being checked"',
          'it turns to paid once the provider confirms, without a second charge',
        ],
      ),
      ...(/\bsaved\b|\bstored\b/i.test(s.act)
        ? [
            seed(
              'boundary',
              44,
              'A saved card that has expired',
              ['the saved card expired last month'],
              `${s.the} opens the payment page`,
              ['the card is marked as expired and cannot be chosen', 'a new card can be entered'],
            ),
            seed(
              'permission',
              43,
              'Only the owner sees the saved card',
              ['another account exists on the same device'],
              'that account opens the payment page',
              ['the saved card is not offered'],
            ),
          ]
        : []),
      ...(/\bsubscri/i.test(s.act)
        ? [
            seed(
              'failure',
              42,
              'A renewal that fails',
              ['the card is declined on the renewal date'],
              'the renewal is attempted',
              [`${s.the} is told and has time to change the card`, 'access does not end the same minute'],
            ),
          ]
        : []),
      seed(
        'boundary',
        36,
        'The price changes while paying',
        ['the price of an article rises while the payment page is open'],
        `${s.the} pays`,
        ['the amount charged is the amount that was shown'],
      ),
    ]
  },
}

const refund: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      'The money goes back the way it came',
      ['an order of 40.00 paid by card'],
      `${s.the} ${s.does}`,
      ['40.00 are paid back to the same card', 'the order shows the refund with date and amount'],
    ),
  more: (s) => [
    seed(
      'boundary',
      46,
      'Never more than was paid',
      ['30.00 of 40.00 have been refunded'],
      `${s.the} refunds another 20.00`,
      ['the refund is refused', 'the remaining 10.00 are named'],
    ),
    seed(
      'failure',
      43,
      'A card that no longer exists',
      ['the card used for the payment has been closed'],
      'the refund is carried out',
      ['it is marked as failed, not as done', 'another way to pay back is asked for'],
    ),
    seed(
      'failure',
      41,
      'Two refunds at the same time',
      ['two colleagues have the same order open'],
      'both press refund',
      ['the amount is paid back once'],
    ),
    seed(
      'permission',
      38,
      'Refunding needs the right to do so',
      ['a colleague without the right to refund'],
      'they open the order',
      ['no refund can be made by them'],
    ),
  ],
}

export const trust = { login, password, register, restrict, audit, limit, pay, refund }
