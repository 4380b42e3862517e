const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
export const DURATION = /^(\d{1,6})(ms|s|m|h|d)$/

/** As `DURATION`, or an expression that gives one. */
export const FILLED_DURATION = /^(?:\d{1,6}(?:ms|s|m|h|d)|\$\{\{[\s\S]+\}\})$/

/** '90s', '15m', '2h', '3d'. */
export function durationMs(text: string): number {
  const match = DURATION.exec(text)
  return Number(match?.[1] ?? 0) * (UNITS[match?.[2] ?? ''] ?? 0)
}
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`
}
