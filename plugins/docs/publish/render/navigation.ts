import { type Html, html } from './html.ts'
import { relativeLink } from './names.ts'
import { nameOf, type PlannedRepository } from './plan.ts'

const REPOSITORIES_SHOWN = 40
/** Entries of one folder: the folder's own page has the rest. */
const ENTRIES_SHOWN = 80

/** Repositories, and of the one that is open the folders on the way to this page. What is beside the way is a link: the size of a page does not grow with the site. */
export function navigationOf(
  repositories: readonly PlannedRepository[],
  open: PlannedRepository | null,
  folder: string,
  from: string,
): Html {
  const shown = repositories.slice(0, REPOSITORIES_SHOWN)
  const all = open && !shown.includes(open) ? [open, ...shown] : shown
  return html`<ul class="tree">${all.map(
    (
      one,
    ) => html`<li><a class="repository" href="${relativeLink(from, one.home)}"${current(one.home, from)}>${one.repository}</a>
${one === open ? level(one, '', folder, from) : null}</li>`,
  )}${repositories.length > all.length ? html`<li><a class="more" href="${relativeLink(from, 'index.html')}">All ${repositories.length} repositories</a></li>` : null}</ul>`
}

function level(repository: PlannedRepository, path: string, folder: string, from: string): Html {
  const here = repository.folders.get(path)
  if (!here) return html``
  const link = (url: string) => relativeLink(from, url)
  const documents = here.documents.filter((one) => repository.pages.get(one.path) !== here.url)
  const left = here.folders.length + documents.length - ENTRIES_SHOWN
  const folders = here.folders.filter((one, i) => i < ENTRIES_SHOWN || isWithin(folder, one))
  return html`<ul>${documents.slice(0, ENTRIES_SHOWN).map((one) => {
    const url = repository.pages.get(one.path) ?? here.url
    return html`<li><a href="${link(url)}"${current(url, from)}>${one.title}</a></li>`
  })}${folders.map((one) => {
    const inner = repository.folders.get(one)
    const url = inner?.url ?? here.url
    // A folder of one README is that document, and opens nothing.
    if (inner && inner.folders.length === 0 && inner.documents.length === 1 && !inner.listing)
      return html`<li><a href="${link(url)}"${current(url, from)}>${inner.documents[0]?.title ?? nameOf(one)}</a></li>`
    const isOpen = isWithin(folder, one)
    return html`<li class="${isOpen ? 'folder open' : 'folder'}"><a href="${link(url)}"${current(url, from)}>${nameOf(one)}</a>${isOpen ? level(repository, one, folder, from) : null}</li>`
  })}${left > 0 ? html`<li><a class="more" href="${link(here.url)}">and ${left} more</a></li>` : null}</ul>`
}
const isWithin = (folder: string, of: string): boolean => folder === of || folder.startsWith(`${of}/`)
const current = (url: string, from: string): Html | null => (url === from ? { html: ' aria-current="page"' } : null)
