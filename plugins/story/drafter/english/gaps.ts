import { type Gap, thing, things } from './gap.ts'
import { RECORD_GAPS } from './gaps-records.ts'

/** What each kind of request usually leaves open, in the order it hurts. */
export const GAPS: readonly Gap[] = [
  {
    topics: ['delete'],
    verb: 'archive',
    unless: /\b(?:search|find)\w*/i,
    ask: (r) => `Can archived ${things(r)} still be searched, and by whom?`,
  },
  {
    topics: ['delete'],
    verb: 'archive',
    unless: /\b(?:restor|unarchiv|bring back|reactivat)\w*/i,
    ask: (r) => `Who may bring an archived ${thing(r)} back?`,
  },
  {
    topics: ['delete'],
    verb: 'archive',
    unless: /\b(?:delete[ds]? after|retention|years|months)\b/i,
    ask: (r) => `Is an archived ${thing(r)} kept for ever, or deleted after some time?`,
  },

  {
    topics: ['export'],
    unless: /\b(?:csv|pdf|excel|xlsx|json|xml|ics|docx|zip)\b/i,
    ask: (r) => `In which format are the ${things(r)} needed: CSV, Excel or PDF?`,
  },
  {
    topics: ['export'],
    unless: /\b(?:columns?|fields?|contains?|including|include)\b/i,
    ask: (r) => `Which fields of the ${things(r)} belong in the file, and in which order?`,
  },
  {
    topics: ['export'],
    unless: /\b(?:all|filter\w*|selected|between|from .{1,80} to|period|month|year|date)\b/i,
    ask: (r) => `Are all ${things(r)} exported, or only the ones selected or filtered on the screen?`,
  },
  {
    topics: ['export', 'import', 'migrate'],
    unless: /\b\d[\d.,]*\s?(?:k|rows?|records?|entries|mb|gb|[a-z]+s)\b/i,
    ask: (r) => `How many ${things(r)} are there in the largest real case?`,
  },
  {
    topics: ['search'],
    unless: /\b(?:by|in|title|name|number|full.?text|field)\b/i,
    ask: (r) => `Which fields of the ${things(r)} are searched: name, number, full text?`,
  },
  {
    topics: ['search'],
    unless: /\b(?:typo|fuzzy|partial|exact|similar)\b/i,
    ask: (r) => `Must ${things(r)} be found with part of a word or a typing mistake, or only by the exact word?`,
  },
  {
    topics: ['filter'],
    unless: /\b(?:by|on)\b/i,
    ask: (r) => `By which properties are the ${things(r)} filtered or sorted?`,
  },
  {
    topics: ['filter'],
    unless: /\b(?:combin\w+|together|and)\b/i,
    ask: (r) => `Can several filters on ${things(r)} be combined, and must all of them match?`,
  },
  {
    topics: ['upload'],
    unless: /\b(?:csv|pdf|png|jpe?g|heic|docx|xlsx|mp4|zip|types?|formats?)\b/i,
    ask: (r) => `Which file types are accepted for ${things(r)}?`,
  },
  {
    topics: ['upload'],
    unless: /\b\d+\s?(?:kb|mb|gb)\b/i,
    ask: (r) => `How large may a single ${thing(r)} be, and how much in total?`,
  },
  {
    topics: ['upload'],
    unless: /\b(?:delet|retention|keep|stored|days|months)\w*/i,
    ask: (r) => `Who may see an uploaded ${thing(r)}, and how long is it kept?`,
  },
  {
    topics: ['import'],
    unless: /\b(?:duplicate|twice|existing|overwrite|update)\w*/i,
    ask: (r) => `What happens to ${things(r)} in the file that exist already: skip, update or ask?`,
  },
  {
    topics: ['import'],
    unless: /\b(?:csv|excel|xlsx|json|xml)\b/i,
    ask: (r) => `Where does the file with the ${things(r)} come from, and in which format?`,
  },
  {
    topics: ['pay', 'refund'],
    unless:
      /\b(?:stripe|paypal|klarna|adyen|apple pay|google pay|provider|braintree|mollie|vouchers?|coupons?|promo)\b/i,
    ask: () => 'Which payment provider carries out the payment, and is it in use already?',
  },
  {
    topics: ['pay'],
    unless: /\b(?:currenc|eur\b|usd\b|chf|voucher|coupon|promo)|€|\$/i,
    ask: () => 'In which currencies and countries is paid, and who works out the tax?',
  },
  {
    topics: ['pay'],
    unless: /\b(?:refund|cancel|return)/i,
    ask: () => 'What happens to the payment when the order is cancelled or changed later?',
  },
  {
    topics: ['pay'],
    unless: /^(?!.*\b(?:voucher|coupon|discount code|promo)).*$|\bpercent|%|\bfixed\b/is,
    ask: () => 'Is a code worth a fixed amount or a percentage, and can a rest be used later?',
  },
  {
    topics: ['pay'],
    unless: /^(?!.*\b(?:voucher|coupon|discount code|promo)).*$|\badmin|\bmarketing\b|\bcreates?\b/is,
    ask: () => 'Who creates the codes and can withdraw one?',
  },
  {
    topics: ['approve'],
    unless: /\b(?:already|existing|pending|open)\b/i,
    ask: (r) => `What happens to ${things(r)} that are already waiting when the approval is introduced?`,
  },
  {
    topics: ['approve'],
    unless: /\b(?:reject|declin|refus)\w*/i,
    ask: (r) => `Can a rejected ${thing(r)} be corrected and submitted again?`,
  },
  {
    topics: ['comment'],
    unless: /\b(?:moderat|delet|report|admin)\w*/i,
    ask: () => 'Who may delete a comment of somebody else?',
  },
  {
    topics: ['comment'],
    unless: /\b(?:logged|signed|account|guest|anonym|users?)\b/i,
    ask: () => 'Can people comment without an account?',
  },
  {
    topics: ['comment'],
    unless: /\b(?:edit|change)\w*/i,
    ask: () => 'Can a comment be changed after it has been posted, and for how long?',
  },
  {
    topics: ['refund'],
    unless: /\b(?:partial|part of|full)/i,
    ask: () => 'Can a part of the amount be refunded, or only all of it?',
  },
  {
    topics: ['login'],
    unless: /\b(?:okta|google|azure|entra|saml|oidc|ldap|active directory|auth0|keycloak|password)\b/i,
    ask: () => 'Against which directory or identity provider are people checked?',
  },
  {
    topics: ['login'],
    unless: /\b(?:timeout|expires?|minutes|hours|remember|session)\b/i,
    ask: () => 'After how much time without activity must somebody log in again?',
  },
  {
    topics: ['login', 'password'],
    unless: /\b(?:lock|attempts?)\w*/i,
    ask: () => 'After how many wrong attempts is an account locked, and who unlocks it?',
  },
  {
    topics: ['password'],
    unless: /\b(?:expires?|valid|minutes|hours)\b/i,
    ask: () => 'How long is the reset link valid?',
  },
  {
    topics: ['register'],
    unless: /\b(?:confirm|verif)\w*/i,
    ask: () => 'Is the email address confirmed before the account can be used?',
  },
  {
    topics: ['notify'],
    unless: /\b(?:e-?mails?|sms|slack|teams|push|in-app|banner|whatsapp|discord|newsletter)\b/i,
    ask: () => 'By which way are people told: email, push, chat or inside the application?',
  },
  {
    topics: ['notify'],
    unless: /\b(?:unsubscribe|opt|mute|switch off|turn off|preference|setting)/i,
    ask: () => 'Can people switch these messages off, each for themselves?',
  },
  {
    topics: ['notify'],
    unless: /\b(?:immediately|within|daily|weekly|hourly|digest|days?|minutes?|hours?|once)\b/i,
    ask: () => 'Is every event reported at once, or collected into a summary?',
  },
  {
    topics: ['delete'],
    unless: /\b(?:restore|undo|recover|trash|permanent|irrevers|soft)\w*/i,
    ask: (r) => `Can a deleted ${thing(r)} be restored, and for how long?`,
  },
  {
    topics: ['delete'],
    unless: /\b(?:retention|legal|audit|gdpr|keep)\b/i,
    ask: (r) => `Must any part of the ${things(r)} be kept for legal reasons?`,
  },
  ...RECORD_GAPS,
]
