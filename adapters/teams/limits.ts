import type { Delivery, Limit, Place } from '#contract'

/**
 * Sizes. Teams takes about 100 KB for a message and asks to stay below 80 KB, counted as UTF-16:
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
 * Dialogs and buttons: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
 */
export const SIZES = {
  /** The whole activity as JSON, in UTF-16 units of two bytes: 80 KB. */
  activity: 40_960,
  /** Elements of one card together, leaving room for what is around them. */
  body: 36_000,
  /** One element of a card, or the lines of one block. */
  element: 9_000,
  /** A message without a card. */
  text: 12_000,
  /** Notification and fallback text beside a card. */
  summary: 700,
  /** Buttons of a row; Teams folds up what is more. */
  actions: 6,
  actionTitle: 80,
  /** A saved command inside a button. */
  run: 5_000,
  tableColumns: 12,
  formTitle: 60,
  inputText: 10_000,
  choices: 200,
} as const

/** More blocks than this are read by nobody, though Teams counts only their size. */
export const MAX_BLOCKS = 500

/**
 * Sends of a bot: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
 * In one thread 7 in 1 s, 8 in 2 s, 60 in 30 s and 1,800 in 3,600 s; in one tenant 30 in 1 s. A bucket that gives `burst` at once and then one
 * each `intervalMs` gives `burst + window / intervalMs` in any window: the first keeps the short ones (7, 8 and 36), the second the hour (1,796).
 */
const RATES = {
  thread: { intervalMs: 1_000, burst: 6 },
  hour: { intervalMs: 3_010, burst: 600 },
  tenant: { intervalMs: 50, burst: 10 },
} as const

function threadBucket({ workspace, channel, thread }: Place): string {
  return `${workspace}:thread:${channel}${thread === undefined ? '' : `;${thread}`}`
}
export function limitsOf(delivery: Delivery): readonly Limit[] {
  const { to, message } = delivery
  const key = message.only ? `${to.workspace}:person:${message.only.id}` : threadBucket(to)
  return [
    { key, ...RATES.thread },
    { key: `${key}:hour`, ...RATES.hour },
    { key: `${to.workspace}:tenant`, ...RATES.tenant },
  ]
}
