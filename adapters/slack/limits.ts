import type { Delivery, Limit } from '#contract'

/**
 * Sizes Slack accepts.
 * Messages: https://docs.slack.dev/reference/methods/chat.postMessage, blocks: https://docs.slack.dev/reference/block-kit/blocks,
 * elements and confirmation: https://docs.slack.dev/reference/block-kit/block-elements,
 * views: https://docs.slack.dev/reference/views
 */
export const SIZES = {
  /** Advised; Slack cuts a longer text into several messages. */
  text: 4_000,
  blocks: 50,
  /** Characters of all blocks together. Slack documents no figure but answers msg_blocks_too_long; this is the limit of its markdown block. */
  blocksText: 12_000,
  header: 150,
  section: 3_000,
  fields: 10,
  field: 2_000,
  actions: 25,
  buttonText: 75,
  buttonValue: 2_000,
  buttonUrl: 3_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  tableRows: 100,
  tableColumns: 20,
  /** All cells of the one table a message may have: https://docs.slack.dev/reference/block-kit/blocks/table-block */
  tableText: 10_000,
  viewTitle: 24,
  viewBlocks: 100,
  viewMetadata: 3_000,
  inputLabel: 2_000,
  inputText: 3_000,
  optionText: 75,
  options: 100,
} as const

/** Calls an app may make, for each workspace: https://docs.slack.dev/apis/web-api/rate-limits */
const RATES = {
  /** "One message per second per channel", short bursts tolerated. */
  channel: { intervalMs: 1_000, burst: 3 },
  /** "Several hundred messages per minute" for each workspace: taken as 300. */
  'chat.postMessage': { intervalMs: 200, burst: 20 },
  /** Tier 3, 50 a minute. */
  'chat.update': { intervalMs: 1_200, burst: 10 },
  /** Tier 4, 100 a minute. */
  'chat.postEphemeral': { intervalMs: 600, burst: 10 },
  'files.completeUploadExternal': { intervalMs: 600, burst: 10 },
  'views.publish': { intervalMs: 600, burst: 10 },
} as const

export type SendMethod = Exclude<keyof typeof RATES, 'channel'>

export function bucket(workspace: string, method: string): string {
  return `${workspace}:${method}`
}
export function limitsOf(delivery: Delivery, method: SendMethod): readonly Limit[] {
  const { workspace, channel } = delivery.to
  const limits: Limit[] = [{ key: bucket(workspace, method), ...RATES[method] }]
  if (method === 'chat.postMessage') limits.push({ key: `${workspace}:channel:${channel}`, ...RATES.channel })
  return limits
}
