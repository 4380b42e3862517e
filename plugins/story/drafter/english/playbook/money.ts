import { type Play, seed } from '../scene.ts'

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
    const open = /^(?:invoice|bill|fee|fine|rent)/.test(s.one) ? s.one : null
    return seed(
      'happy',
      100,
      open === null ? 'A successful payment leads to one paid order' : `A paid ${open} is closed`,
      [open === null ? 'the cart holds one article for 40.00' : `an open ${open} of 40.00`],
      `${s.the} ${s.does}`,
      [`the ${open ?? 'order'} is shown as paid`, 'a confirmation with the amount of 40.00 is sent'],
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
        'A refused payment costs nothing and loses nothing',
        ['the bank refuses the payment'],
        `${s.the} tries to pay`,
        ['nothing is marked as paid', 'nothing has to be entered again', 'another way to pay is offered'],
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

export const money = { pay, refund }
