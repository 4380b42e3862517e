import type { SiteDocument, SiteRepository } from '../source.ts'
import { createNames, type Names, safeSegment } from './names.ts'

export interface Folder {
  /** '' for the root. */
  readonly path: string
  readonly url: string
  /** Null where a document is the folder's page. */
  readonly listing: boolean
  readonly documents: readonly SiteDocument[]
  readonly folders: readonly string[]
}
/** One repository with the address of each of its pages. */
export interface PlannedRepository extends SiteRepository {
  /** Address of its first page. */
  readonly home: string
  readonly documents: readonly SiteDocument[]
  /** By path within the repository. */
  readonly pages: ReadonlyMap<string, string>
  readonly folders: ReadonlyMap<string, Folder>
}
const README = /^(?:readme|index)(?:\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt))?$/i
const ENDING = /\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt)$/i

/** The document that is a folder's page, where there is one. */
export const frontOf = (repository: PlannedRepository, folder: Folder): SiteDocument | undefined =>
  folder.documents.find((one) => repository.pages.get(one.path) === folder.url)
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Gives every document and every folder its address. */
function planRepository(
  repository: SiteRepository,
  documents: readonly SiteDocument[],
  names: Names,
): PlannedRepository {
  const [owner = '', ...rest] = repository.repository.split('/')
  const root = names.take([owner, ...rest].map(safeSegment).join('/'))
  const addressOf = (path: string) => [root, ...path.split('/').filter(Boolean).map(safeSegment)].join('/')
  const sorted = documents.toSorted((a, b) => compareNames(a.path, b.path))
  const byFolder = new Map<string, SiteDocument[]>([['', []]])
  const children = new Map<string, Set<string>>()
  for (const document of sorted) {
    const folder = folderOf(document.path)
    const here = byFolder.get(folder)
    if (here) here.push(document)
    else byFolder.set(folder, [document])
    for (let at = folder; at !== ''; at = folderOf(at)) {
      const above = folderOf(at)
      children.set(above, (children.get(above) ?? new Set()).add(at))
      if (!byFolder.has(above)) byFolder.set(above, [])
    }
  }
  const pages = new Map<string, string>()
  const folders = new Map<string, Folder>()
  for (const [path, here] of byFolder) {
    // `README` before `index`, so that which of the two it is does not depend on the file system.
    const front = here.filter((one) => README.test(nameOf(one.path))).toSorted((a, b) => rank(a.path) - rank(b.path))[0]
    const url = names.take(`${addressOf(path)}/index.html`)
    if (front) pages.set(front.path, url)
    folders.set(path, {
      path,
      url,
      listing: front === undefined,
      documents: here,
      folders: [...(children.get(path) ?? [])].toSorted(compareNames),
    })
  }
  for (const { path } of sorted)
    if (!pages.has(path)) pages.set(path, names.take(`${addressOf(path.replace(ENDING, ''))}.html`))
  return { ...repository, home: folders.get('')?.url ?? root, documents: sorted, pages, folders }
}

const rank = (path: string): number => (/^readme/i.test(nameOf(path)) ? 0 : 1)
const collator = new Intl.Collator('en', { numeric: true })
const compareNames = (a: string, b: string): number => collator.compare(a, b)

export function planSite(
  all: readonly { readonly repository: SiteRepository; readonly documents: readonly SiteDocument[] }[],
): readonly PlannedRepository[] {
  const names = createNames()
  // What the site itself has; nobody's repository may take it.
  for (const own of ['index.html', 'pagefind', 'assets', 'mermaid']) names.take(own)
  return all.map(({ repository, documents }) => planRepository(repository, documents, names))
}
