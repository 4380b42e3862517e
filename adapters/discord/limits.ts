import type { Delivery, Limit } from '#contract'

/**
 * Sizes Discord accepts.
 * Messages and embeds: https://docs.discord.com/developers/resources/message#embed-object-embed-limits
 * Components: https://docs.discord.com/developers/components/reference
 * Commands: https://docs.discord.com/developers/interactions/application-commands
 */
export const SIZES = {
  content: 2_000,
  title: 256,
  description: 4_096,
  /** Our mark in the footer; with title and description far below the 6,000 that all embeds of a message may have together. */
  footer: 100,
  /** Blocks are lines of one embed, of which Discord sets no number. */
  blocks: 100,
  rows: 5,
  buttonsInRow: 5,
  buttonText: 80,
  buttonUrl: 512,
  customId: 100,
  files: 10,
  fileName: 100,
  threadName: 100,
  modalTitle: 45,
  /** Documented as five; more is refused. */
  modalFields: 5,
  inputLabel: 45,
  inputHint: 100,
  inputText: 4_000,
  selectOptions: 25,
  choices: 25,
  choiceText: 100,
  commands: 100,
  commandName: 32,
  commandText: 100,
  commandOptions: 25,
  optionText: 6_000,
} as const

/** The interaction token lives 15 minutes: https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages */
export const TOKEN_MS = 15 * 60_000

/**
 * Discord publishes its limits in the headers of each answer, and the client learns them from there. These only keep a burst from
 * running into them: five messages in five seconds for a channel, 50 requests a second for the bot.
 * https://docs.discord.com/developers/topics/rate-limits
 */
const CHANNEL = { intervalMs: 1_000, burst: 5 } as const
const GLOBAL = { intervalMs: 20, burst: 45 } as const

export function limitsOf({ to }: Delivery): readonly Limit[] {
  return [
    { key: channelBucket(to), ...CHANNEL },
    { key: globalBucket(to), ...GLOBAL },
  ]
}
type Where = Pick<Delivery['to'], 'workspace' | 'channel' | 'thread'>
export function channelBucket({ workspace, channel, thread }: Where): string {
  return `${workspace}:channel:${thread ?? channel}`
}
export function globalBucket({ workspace }: Where): string {
  return `${workspace}:global`
}
