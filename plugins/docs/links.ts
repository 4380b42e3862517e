import type { RepositoryKey } from './index/scope.ts'

/** Address of lines of a file at a commit, as GitHub and hosts like it write it. Null for what lies in no repository. */
export function lineLink(
  of: { readonly url: string; readonly sha: string | null },
  path: string,
  startLine: number,
  endLine: number,
): string | null {
  if (of.sha === null || !/^https?:\/\//.test(of.url)) return null
  const address = path.split('/').map(encodeURIComponent).join('/')
  // Rendered Markdown has no line numbers: `plain=1` shows the source.
  const plain = /\.(?:md|mdx|markdown)$/i.test(path) ? '?plain=1' : ''
  const lines = startLine === endLine ? `#L${startLine}` : `#L${startLine}-L${endLine}`
  return `${of.url}/blob/${of.sha}/${address}${plain}${lines}`
}
export const sameRepository = (a: RepositoryKey, b: Omit<RepositoryKey, 'workspace'>): boolean =>
  a.plugin === b.plugin && a.repository === b.repository
