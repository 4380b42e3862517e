import { type Gap, thing, things } from './gap.ts'

/** What stays open about things that are kept, changed, planned and shown. */
export const RECORD_GAPS: readonly Gap[] = [
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
