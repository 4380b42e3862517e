import { relativeLink } from './names.ts'
import { folderOf, type PlannedRepository } from './plan.ts'

export interface Target {
  readonly href: string
  /** Leads out of the site. */
  readonly outside: boolean
}
const SCHEME = /^[a-z][a-z0-9+.-]*:/i
const ALLOWED = /^(?:https?:\/\/|mailto:)/i

/** May a document link there at all? A path, a part of the page, a web page or a mail address, and nothing that runs or hides its host. */
export function mayLink(href: string): boolean {
  const trimmed = href.trim()
  // Browsers read `\` as `/` and leave out control characters, so `/\evil` and `java\nscript:` would lead elsewhere than they look.
  if ([...trimmed].some((char) => char < ' ' || char === '\\' || char === '\u007f')) return false
  if (SCHEME.test(trimmed)) return ALLOWED.test(trimmed) && (!/^https?:/i.test(trimmed) || URL.canParse(trimmed))
  return !trimmed.startsWith('//')
}

/** Where a link of a document leads on the site: another page, else the code host at the commit that was read, else nowhere. */
export function linkFrom(repository: PlannedRepository, path: string, pageUrl: string, href: string): Target | null {
  const trimmed = href.trim()
  if (!mayLink(trimmed)) return null
  if (SCHEME.test(trimmed)) return { href: trimmed, outside: true }
  if (trimmed.startsWith('#')) return { href: trimmed, outside: false }
  const [, address = '', fragment = ''] = /^([^?#]*)(?:\?[^#]*)?(#.*)?$/s.exec(trimmed) ?? []
  const wanted = resolvePath(address.startsWith('/') ? '' : folderOf(path), address)
  if (wanted === null) return null
  const page = repository.pages.get(wanted) ?? repository.folders.get(wanted)?.url
  if (page !== undefined) return { href: `${relativeLink(pageUrl, page)}${fragment}`, outside: false }
  const source = sourceLink(repository, wanted, address.endsWith('/'))
  return source === null ? null : { href: `${source}${fragment}`, outside: true }
}

/** Null where it leads out of the repository. */
function resolvePath(folder: string, address: string): string | null {
  const parts = folder === '' ? [] : folder.split('/')
  for (const raw of address.split('/')) {
    const part = decoded(raw)
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  return parts.some((part) => part === '..' || part.includes('/')) ? null : parts.join('/')
}
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** A file or folder at the commit, as GitHub and hosts like it write it. */
export function sourceLink(
  { url, sha }: { readonly url: string; readonly sha: string },
  path: string,
  isFolder = false,
): string | null {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return null
  const address = path.split('/').map(encodeURIComponent).join('/')
  return `${url.replace(/\/+$/, '')}/${isFolder || path === '' ? 'tree' : 'blob'}/${encodeURIComponent(sha)}/${address}`
}
