import { z } from 'zod'

/** Something that a CI run left behind, as its code host lists it. */
export const runArtifact = z.object({
  name: z.string(),
  sizeBytes: z.number().nonnegative(),
  /** Its page, for people. */
  url: z.url({ protocol: /^https?$/ }),
  /** Page of the run that left it. */
  runUrl: z.url({ protocol: /^https?$/ }),
  /** 'sha256:…'; null where the host knows none. */
  digest: z.string().nullable(),
  /** ISO time from which it is gone; null: it stays. */
  expiresAt: z.string().nullable(),
  expired: z.boolean(),
})
export type RunArtifact = z.output<typeof runArtifact>
/** What a task says that knows of artifacts: those that it lists, and how many there are. */
export const runArtifacts = z.object({
  artifacts: z.array(runArtifact).readonly(),
  artifactCount: z.number().int().nonnegative(),
})
export type RunArtifacts = z.output<typeof runArtifacts>

const SHOWN = 5
const MAX_NAME = 60
const SOON_MS = 7 * 86_400_000

/** As lines of a card: a few of them, and the way to the others. A card stands for long, so it names the day and not what is left. Pure. */
export function artifactLines(
  { artifacts, artifactCount }: RunArtifacts,
  nowMs: number,
): { readonly markdown: string; readonly text: string } | null {
  const shown = artifacts.slice(0, SHOWN)
  if (shown.length === 0) return null
  const left = Math.max(artifactCount, artifacts.length) - shown.length
  const next = artifacts[SHOWN] ?? shown.at(-1)
  const told = shown.map((one) => ({ one, name: nameOf(one.name), about: aboutOf(one, nowMs) }))
  const lines = told.map(({ one, name, about }) =>
    isGone(one, nowMs) ? `- ${plain(name)} ${about}` : `- ${link(name, one.url)} ${about}`,
  )
  const more = left > 0 && next ? [`- ${link(`and ${left.toLocaleString('en')} more`, next.runUrl)}`] : []
  return {
    markdown: ['**Artifacts**', ...lines, ...more].join('\n'),
    text: `Artifacts: ${told.map(({ name, about }) => `${name} (${about})`).join(', ')}${left > 0 ? ` and ${left.toLocaleString('en')} more` : ''}`,
  }
}
function aboutOf(one: RunArtifact, nowMs: number): string {
  const size = sizeOf(one.sizeBytes)
  if (isGone(one, nowMs)) return `${size}, expired`
  const atMs = Date.parse(one.expiresAt ?? '')
  return atMs - nowMs < SOON_MS ? `${size}, until ${new Date(atMs).toISOString().slice(0, 10)}` : size
}
const isGone = ({ expired, expiresAt }: RunArtifact, nowMs: number): boolean =>
  expired || Date.parse(expiresAt ?? '') <= nowMs

/** '310 kB', '4.2 MB': as file managers say it. */
export function sizeOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let [size, at] = [bytes, 0]
  while (size >= 999.5 && at < units.length - 1) [size, at] = [size / 1_000, at + 1]
  return `${at === 0 || size >= 9.95 ? Math.round(size) : Number(size.toFixed(1))} ${units[at]}`
}
/** Whoever writes the workflow names it: one line, without what nobody sees. */
function nameOf(text: string): string {
  const said = Array.from(text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim())
  return said.length > MAX_NAME ? `${said.slice(0, MAX_NAME - 1).join('')}…` : said.join('') || 'artifact'
}
const plain = (text: string): string => text.replace(/([\\`*_[\]<>~|])/g, '\\$1')
const link = (shown: string, url: string): string =>
  `[${plain(shown)}](${url.replace(/[()<>\s]/g, (one) => encodeURIComponent(one).replace('(', '%28').replace(')', '%29'))})`
