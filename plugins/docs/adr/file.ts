import type { TreeEntry } from '#contract'

/** Where records lie, and which numbers they have. */
export interface Records {
  readonly folder: string
  /** Digits of a number as this repository writes them. */
  readonly width: number
  readonly taken: ReadonlyMap<number, string>
}
const RECORD = /^((?:[^/]+\/){0,6}(?:adrs?|decisions)\/)(\d{1,5})-[^/]{1,200}\.(?:md|markdown)$/i
const FOLDER = 'docs/adr/'
const WIDTH = 4
const SLUG = 60

/** The folder that has most records; where there is none yet, `docs/adr`. */
export function recordsIn(entries: readonly Pick<TreeEntry, 'path'>[]): Records {
  const found = entries.flatMap(({ path }) => {
    const [, folder = '', digits = ''] = RECORD.exec(path) ?? []
    return digits === '' ? [] : [{ path, folder, digits }]
  })
  const byFolder = [...Map.groupBy(found, ({ folder }) => folder)].sort(
    ([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1),
  )
  const [folder, all] = byFolder[0] ?? [FOLDER, []]
  return {
    folder,
    width: all[0]?.digits.length ?? WIDTH,
    taken: new Map(all.map(({ digits, path }) => [Number(digits), path])),
  }
}

export function recordPath({ folder, width }: Records, number: number, title: string): string {
  const slug = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG)
    .replace(/^-+|-+$/g, '')
  return `${folder}${String(number).padStart(width, '0')}-${slug || 'decision'}.md`
}
