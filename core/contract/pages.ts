import { defineService } from './define.ts'

/** What stands at an address below a plugin's pages. */
export type PageAnswer =
  | { readonly kind: 'file'; readonly body: Uint8Array<ArrayBuffer>; readonly type: string; readonly etag: string }
  /** The address lacks its last slash; relative links would lead astray. */
  | { readonly kind: 'folder' }
  | { readonly kind: 'missing' }
  /** They are being made for the first time. */
  | { readonly kind: 'building' }
  /** They cannot be made, with what cures it. */
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * Pages for people who are signed in. Whoever provides them decides what a workspace may read; whoever serves them knows who asks, and lets nobody
 * ask for another workspace than their own.
 * @example const answer = await hub.maybe(documentPages)?.find('console:local', 'octo/shop/index.html')
 */
export interface Pages {
  /** `path` as it stands in the address, without a slash before it; '' is the first page. */
  find(workspace: string, path: string): Promise<PageAnswer>
}
/** The documentation of a workspace's repositories, at `/docs`. */
export const documentPages = defineService<Pages>('document-pages')
