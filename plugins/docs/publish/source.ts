/** A repository whose documents become pages, as the builder reads it from the file beside them. */
export interface SiteRepository {
  /** Code host, or what else it was read from. */
  readonly plugin: string
  /** 'owner/name' */
  readonly repository: string
  /** Page of the repository at its code host; '' where there is none. */
  readonly url: string
  readonly sha: string
  readonly isPrivate: boolean
}
export interface SiteDocument {
  readonly path: string
  readonly title: string
  readonly text: string
}
/** What a site is made of. Documents come one by one: the hub never holds all of them. */
export interface SiteSource extends SiteRepository {
  documents(): AsyncIterable<SiteDocument> | Iterable<SiteDocument>
}
/** What lies in the builder's folder: `REPOSITORIES` is a list, and beside it one file of lines for each repository, by its place in the list. */
export const REPOSITORIES = 'repositories.json'
export const documentsFile = (index: number): string => `documents-${index}.ndjson`
