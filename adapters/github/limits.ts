import type { Delivery, Limit } from '#contract'

/** A comment holds 65,536 characters; the rest is left for our mark. */
export const SIZES = { comment: 65_536, mark: 96, piece: 60_000 } as const

/**
 * 80 requests that create content in a minute and 500 in an hour, for each token: GitHub bans who goes on. Kept a little below, so that
 * no window of a minute or an hour holds more.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
const MINUTE = { intervalMs: 900, burst: 10 } as const
const HOUR = { intervalMs: 8_000, burst: 40 } as const

export function limitsOf({ to }: Delivery): readonly Limit[] {
  return [
    { key: contentBucket(to.workspace), ...MINUTE },
    { key: `${to.workspace}:content-hour`, ...HOUR },
  ]
}
export function contentBucket(workspace: string): string {
  return `${workspace}:content`
}
