import type { ChangedFile } from '#contract'

export interface HunkLine {
  readonly mark: '+' | '-' | ' '
  readonly text: string
}
/** One stretch of a diff. */
export interface Hunk {
  readonly path: string
  readonly previousPath: string
  /** First line of the stretch in the new file. */
  readonly line: number
  readonly lines: readonly HunkLine[]
}

/** Stretches of the files whose diff the host gave. */
export function hunksOf(files: readonly ChangedFile[]): Hunk[] {
  return files.flatMap((file) => (file.patch === null ? [] : parsePatch(file, file.patch)))
}
function parsePatch({ path, previousPath }: ChangedFile, patch: string): Hunk[] {
  const hunks: { line: number; lines: HunkLine[] }[] = []
  for (const raw of patch.split('\n')) {
    const start = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(raw)?.[1]
    if (start !== undefined) {
      hunks.push({ line: Number(start), lines: [] })
      continue
    }
    const mark = raw.charAt(0)
    if (mark === '+' || mark === '-' || mark === ' ')
      hunks.at(-1)?.lines.push({ mark, text: raw.slice(1).replace(/\r$/, '') })
  }
  return hunks.map((hunk) => ({ path, previousPath: previousPath ?? path, ...hunk }))
}
export const hunkText = ({ lines }: Hunk): string => lines.map(({ mark, text }) => `${mark}${text}`).join('\n')
/** Its beginning, as PostgreSQL takes it into JSON: without half a character at the cut, and without NUL. */
export const hunkStart = (hunk: Hunk, characters: number): string =>
  hunkText(hunk).slice(0, characters).toWellFormed().replaceAll('\0', '')
