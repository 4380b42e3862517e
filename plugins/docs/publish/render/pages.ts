import type { SiteDocument } from '../source.ts'
import { type Html, html } from './html.ts'
import { sourceLink } from './links.ts'
import { createMarkdown, type Section } from './markdown.ts'
import { relativeLink } from './names.ts'
import { navigationOf } from './navigation.ts'
import { type Crumb, renderPage } from './page.ts'
import { type Folder, folderOf, frontOf, nameOf, type PlannedRepository } from './plan.ts'

/** A page that is rendered when the generator writes it: a site is never in memory as a whole. */
export interface SitePage {
  readonly url: string
  render(): string
}
const SECTIONS_SHOWN = 60

export function pagesOf(repositories: readonly PlannedRepository[], siteTitle: string): readonly SitePage[] {
  const markdown = createMarkdown()
  const home: SitePage = { url: 'index.html', render: () => homePage(repositories, siteTitle) }
  return [
    home,
    ...repositories.flatMap((repository) => [
      ...repository.documents.map((document) => ({
        url: repository.pages.get(document.path) ?? '',
        render: () => documentPage(repositories, repository, document, markdown, siteTitle),
      })),
      ...[...repository.folders.values()]
        .filter(({ listing }) => listing)
        .map((folder) => ({
          url: folder.url,
          render: () => folderPage(repositories, repository, folder, siteTitle),
        })),
    ]),
  ]
}

function documentPage(
  repositories: readonly PlannedRepository[],
  repository: PlannedRepository,
  document: SiteDocument,
  markdown: ReturnType<typeof createMarkdown>,
  siteTitle: string,
): string {
  const url = repository.pages.get(document.path) ?? ''
  const { html: text, sections, diagrams, titled } = markdown(document.text, { repository, path: document.path, url })
  const folder = repository.folders.get(folderOf(document.path))
  const isFront = folder?.url === url
  const shown = sections.filter(({ level }) => level === 2 || level === 3)
  return renderPage(
    {
      url,
      title: document.title,
      crumbs: crumbsOf(
        repository,
        isFront ? folderOf(folderOf(document.path)) : folderOf(document.path),
        document.path !== '' && isFront && folder.path === '',
      ),
      navigation: navigationOf(repositories, repository, folderOf(document.path), url),
      body: html`<article data-pagefind-body data-pagefind-meta="repository:${repository.repository}" data-pagefind-filter="repository:${repository.repository}">
${titled ? null : html`<h1>${document.title}</h1>`}
${{ html: text }}
${sourceLine(repository, document.path)}
</article>
${folder && isFront && (folder.documents.length > 1 || folder.folders.length > 0) ? listing(repository, folder, url) : null}`,
      aside: shown.length > 1 ? contents(shown) : null,
      diagrams,
    },
    siteTitle,
  )
}

const contents = (sections: readonly Section[]): Html =>
  html`<h2>On this page</h2><ul>${sections
    .slice(0, SECTIONS_SHOWN)
    .map(({ level, title, anchor }) => html`<li class="level-${level}"><a href="#${anchor}">${title}</a></li>`)}</ul>`

/** Which commit this is, and where its source lies. */
function sourceLine(repository: PlannedRepository, path: string, isFolder = false): Html {
  const link = sourceLink(repository, path, isFolder)
  const commit = sourceLink(repository, '', true)?.replace(/\/tree\/([^/]+)\/$/, '/commit/$1')
  const sha = html`<code>${repository.sha.slice(0, 8)}</code>`
  return html`<footer class="source" data-pagefind-ignore="all">
<span>${link ? html`<a href="${link}" rel="noopener noreferrer">${path || 'source'}</a>` : path}</span>
<span>${repository.repository} at ${commit ? html`<a href="${commit}" rel="noopener noreferrer">${sha}</a>` : sha}</span>
${repository.isPrivate ? html`<span class="badge">private</span>` : null}
</footer>`
}

function folderPage(
  repositories: readonly PlannedRepository[],
  repository: PlannedRepository,
  folder: Folder,
  siteTitle: string,
): string {
  const title = folder.path === '' ? repository.repository : nameOf(folder.path)
  return renderPage(
    {
      url: folder.url,
      title,
      crumbs: folder.path === '' ? [] : crumbsOf(repository, folderOf(folder.path), false),
      navigation: navigationOf(repositories, repository, folder.path, folder.url),
      body: html`<article><h1>${title}</h1></article>${listing(repository, folder, folder.url)}${sourceLine(repository, folder.path, true)}`,
      aside: null,
      diagrams: false,
    },
    siteTitle,
  )
}

function listing(repository: PlannedRepository, folder: Folder, from: string): Html {
  const documents = folder.documents.filter(({ path }) => repository.pages.get(path) !== from)
  return html`<section class="listing" data-pagefind-ignore="all"><h2>In this folder</h2><ul>
${folder.folders.map((path) => folderItem(repository, path, from))}
${documents.map(
  ({ path, title }) =>
    html`<li><a href="${relativeLink(from, repository.pages.get(path) ?? repository.home)}">${title}</a> <span>${nameOf(path)}</span></li>`,
)}
</ul></section>`
}

/** By the title of its README, else by its name and what lies in it. */
function folderItem(repository: PlannedRepository, path: string, from: string): Html {
  const folder = repository.folders.get(path)
  if (!folder) return html``
  const name = `${nameOf(path)}/`
  const title = frontOf(repository, folder)?.title
  const about =
    title === undefined ? counted(folder.documents.length + folder.folders.length, 'entry', 'entries') : name
  return html`<li><a href="${relativeLink(from, folder.url)}">${title ?? name}</a> <span>${about}</span></li>`
}
const counted = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`

function crumbsOf(repository: PlannedRepository, folder: string, isHome: boolean): readonly Crumb[] {
  if (isHome) return []
  const parts = folder === '' ? [] : folder.split('/')
  return [
    { label: repository.repository, url: repository.home },
    ...parts.map((label, i) => ({
      label,
      url: repository.folders.get(parts.slice(0, i + 1).join('/'))?.url ?? repository.home,
    })),
  ]
}

function homePage(repositories: readonly PlannedRepository[], siteTitle: string): string {
  const cards = repositories.map(
    (one) => html`<li><a href="${relativeLink('index.html', one.home)}"><strong>${one.repository}</strong>
${one.isPrivate ? html`<span class="badge">private</span>` : null}
<span class="about">${counted(one.documents.length, 'document', 'documents')} at <code>${one.sha.slice(0, 8)}</code></span></a></li>`,
  )
  const none = html`<p class="empty">No document is collected yet. Bind a repository in chat, <code>/hub bind repository &lt;project&gt; github:owner/name</code>, then <code>/docs sync</code>.</p>`
  return renderPage(
    {
      url: 'index.html',
      title: siteTitle,
      crumbs: [],
      navigation: navigationOf(repositories, null, '', 'index.html'),
      body: html`<article><h1>${siteTitle}</h1></article>${repositories.length === 0 ? none : html`<ul class="repositories">${cards}</ul>`}`,
      aside: null,
      diagrams: false,
    },
    siteTitle,
  )
}
