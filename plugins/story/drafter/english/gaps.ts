import type { Reading, Request, Topic } from '../facts.ts'

export interface Gap {
  readonly topics: readonly Topic[]
  /** Only for this verb of the topic. */
  readonly verb?: string
  /** Asked only while the text does not mention this. */
  readonly unless: RegExp
  readonly ask: (request: Request, reading: Reading) => string
}

const things = (request: Request): string => (request.thing.name === '' ? 'entries' : request.thing.many)
const thing = (request: Request): string => (request.thing.name === '' ? 'entry' : request.thing.one)

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
  {
    topics: ['suspend'],
    unless: /\b(?:reactivat|restor|unlock|unblock|temporar)\w*|\buntil\b/i,
    ask: (r) => `Who may make a ${thing(r)} active again, and is there a time limit?`,
  },
  {
    topics: ['suspend'],
    unless: /\b(?:tasks?|tickets?|owned|owns|orders?|subscriptions?|transfer|handed|reassign)\b/i,
    ask: (r) => `What happens to open work that belongs to the ${thing(r)}?`,
  },
  {
    topics: ['suspend'],
    unless: /\b(?:notif|email|told|inform)\w*/i,
    ask: () => 'Is the person concerned told, and when?',
  },
  {
    topics: ['rate'],
    unless: /\b(?:bought|used|purchas|only|verified)\w*/i,
    ask: (r) => `Who may rate a ${thing(r)}: everybody, or only people who have used it?`,
  },
  {
    topics: ['rate'],
    unless: /\b(?:comments?|text|review)\b/i,
    ask: () => 'Does a rating carry a text, and who checks it?',
  },
  {
    topics: ['cancel'],
    unless: /\b(?:until|before|within|deadline|\d+ (?:hours?|days?|minutes?))\b/i,
    ask: (r) => `Until when can a ${thing(r)} be cancelled?`,
  },
  {
    topics: ['cancel'],
    unless: /\b(?:fee|refund|cost|paid|money)\w*/i,
    ask: (r) => `Does cancelling a ${thing(r)} cost anything, and what is paid back?`,
  },
  {
    topics: ['edit'],
    unless: /\b(?:history|version|log|audit|undo)\w*/i,
    ask: (r) => `Must the old value of a changed ${thing(r)} stay visible, and to whom?`,
  },
  {
    topics: ['edit'],
    unless: /\b(?:only|admins?|role|permission|owner)\b/i,
    ask: (r) => `Who besides the author may change a ${thing(r)}?`,
  },
  {
    topics: ['create'],
    unless: /\b(?:required|mandatory|optional|fields?)\b/i,
    ask: (r) => `Which details of a new ${thing(r)} are required, and which are optional?`,
  },
  {
    topics: ['create'],
    unless: /\b(?:delete|edit|change|remove)\w*/i,
    ask: (r) => `Can a ${thing(r)} be changed or deleted after it has been saved?`,
  },
  {
    topics: ['schedule'],
    unless: /\b(?:time ?zones?|utc|local time)\b/i,
    ask: (r) => `In which time zone is a ${thing(r)} entered and shown?`,
  },
  {
    topics: ['schedule'],
    unless: /\b(?:cancel|reschedul|postpone|move)\w*/i,
    ask: (r) => `Until when may a ${thing(r)} be moved or cancelled, and by whom?`,
  },
  {
    topics: ['schedule'],
    unless: /\b(?:recurr|repeat|weekly|daily|every)\w*/i,
    ask: (r) => `Can a ${thing(r)} repeat?`,
  },
  {
    topics: ['sync'],
    unless: /\b(?:both ways|two-way|one-way|bidirectional|from .{1,80} (?:to|into)|into|push|pull)\b/i,
    ask: (r, x) =>
      `In which direction do ${things(r)} flow between here and ${x.systems[0] ?? 'the other system'}, and which side wins a conflict?`,
  },
  {
    topics: ['sync'],
    unless: /\b(?:every|hourly|daily|nightly|immediately|real.?time|within|minutes?|webhook)\b/i,
    ask: (_, x) => `How soon must a change be visible in ${x.systems[0] ?? 'the other system'}?`,
  },
  {
    topics: ['sync'],
    unless: /\b(?:account|credential|oauth|token|api key|access)\b/i,
    ask: (_, x) => `Who owns the access to ${x.systems[0] ?? 'the other system'}, and is there an account for testing?`,
  },
  {
    topics: ['display'],
    unless: /\b(?:sort\w*|newest|oldest|latest|in order of|top \d+)\b/i,
    ask: (r) => `In which order do the ${things(r)} appear?`,
  },
  {
    topics: ['display'],
    unless: /\b(?:live|real.?time|refresh|daily|current|update\w*|minutes?|seconds?)\b/i,
    ask: (r) => `How old may the ${things(r)} on the screen be?`,
  },
  {
    topics: ['approve'],
    unless: /\b(?:deput|absence|vacation|substitut|remind|escalat|days|hours)\w*/i,
    ask: (r) => `Who decides about a ${thing(r)} while the approver is away?`,
  },
  {
    topics: ['approve'],
    unless: /\b(?:amount|above|over|limit|two|four.?eyes|\d)\b/i,
    ask: (r) => `Does every ${thing(r)} need an approval, or only those above some value?`,
  },
  {
    topics: ['configure'],
    unless: /\b(?:default|system setting|per user|everyone|organi[sz]ation|device)\b/i,
    ask: () => 'What is the default for people who never choose?',
  },
  {
    topics: ['configure'],
    unless: /\b(?:per user|each user|for all|for everyone|organi[sz]ation|team|workspace|account)\b/i,
    ask: (r) =>
      `Does the choice of ${r.thing.name === '' ? 'setting' : r.thing.name} count for one person or for the whole organisation?`,
  },
  {
    topics: ['configure'],
    unless: /\b(?:web|mobile|app|email|pages?|everywhere|all)\b/i,
    ask: (r) =>
      `Where does ${r.thing.name === '' ? 'it' : r.thing.name} apply: web, mobile app, emails, exported documents?`,
  },
  {
    topics: ['migrate'],
    unless: /\b(?:downtime|maintenance|weekend|night|window|parallel)\b/i,
    ask: () => 'How long may both systems be unavailable for the move, and on which day?',
  },
  {
    topics: ['migrate'],
    unless: /\b(?:rollback|roll back|revert|backup|fallback)\b/i,
    ask: () => 'Until when must it be possible to go back to the old system?',
  },
  {
    topics: ['migrate'],
    unless: /\b(?:history|archive|all|only|since|older)\b/i,
    ask: (r) => `Are all ${things(r)} moved, or only those from a certain date on?`,
  },
  {
    topics: ['performance'],
    unless: /\b\d+(?:[.,]\d+)?\s?(?:ms|s|sec|seconds?)\b/i,
    ask: (r) =>
      `Which response time is good enough${r.thing.name === '' ? '' : ` for ${r.thing.many}`}, and for which share of the requests (for example 95 %)?`,
  },
  {
    topics: ['performance'],
    unless: /\b(?:measured|currently|today|now takes|\d+ (?:users|requests))\b/i,
    ask: () => 'How slow is it today, measured where and with how many users at once?',
  },
  {
    topics: ['share'],
    unless: /\b(?:read|view|edit|rights?|permission)\b/i,
    ask: () => `May an invited person only read, or change things too?`,
  },
  {
    topics: ['share'],
    unless: /\b(?:external|outside|guest|partner|team|colleague)\w*/i,
    ask: () => 'Can people outside the organisation be included?',
  },
  {
    topics: ['restrict'],
    unless: /\b(?:role|admin|permission|group)\w*/i,
    ask: () => 'Which roles exist today, and which of them keep the right?',
  },
  {
    topics: ['validate'],
    unless: /\b(?:existing|old|already stored)\b/i,
    ask: (r) => `What happens to ${things(r)} stored earlier that break the new rule?`,
  },
  {
    topics: ['calculate'],
    unless: /\b(?:round|decimal|cents?)\w*/i,
    ask: () => 'How is rounded, and with how many decimals?',
  },
  {
    topics: ['calculate'],
    unless: /\b(?:example|e\.g|for instance)\b/i,
    ask: () => 'Is there a worked example with a result that everybody agrees on?',
  },
  {
    topics: ['audit'],
    unless: /\b(?:years?|months?|days?|retention)\b/i,
    ask: () => 'How long are the entries kept, and who may read them?',
  },
  {
    topics: ['limit'],
    unless: /\b\d+\b/,
    ask: () => 'How many requests in which period are allowed, and do all clients get the same?',
  },
  {
    topics: ['translate'],
    unless: /\b(?:german|english|french|spanish|italian|dutch|polish|chinese|japanese|portuguese)\b/i,
    ask: () => 'Which languages come first, and who translates?',
  },
  {
    topics: ['access'],
    unless: /\bwcag\b|\bAA\b/,
    ask: () => 'Which standard is to be met (for example WCAG 2.2 AA), and who checks it?',
  },
  {
    topics: ['automate'],
    unless: /\b(?:when|if|after|every|once)\b/i,
    ask: () => 'What exactly starts it, and may it run twice at the same time?',
  },
]
