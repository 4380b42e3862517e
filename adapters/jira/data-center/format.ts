import type { DocumentFormat } from '../adf.ts'
import { readWiki } from './read.ts'
import { writeWiki } from './write.ts'

/** Texts of Jira Data Center: wiki markup, whose characters are counted as they stand. */
export const WIKI: DocumentFormat = {
  read: readWiki,
  write: writeWiki,
  size: (doc) => writeWiki(doc).length,
}
