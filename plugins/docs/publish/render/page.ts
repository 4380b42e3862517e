import { type Html, html } from './html.ts'
import { relativeLink } from './names.ts'

export interface Crumb {
  readonly label: string
  readonly url: string
}
export interface PageParts {
  readonly url: string
  readonly title: string
  /** Folders above it, outermost first. */
  readonly crumbs: readonly Crumb[]
  readonly navigation: Html
  readonly body: Html
  readonly aside: Html | null
  readonly diagrams: boolean
}

/** Nothing but the site's own files; WebAssembly is the search. Diagrams bring styles of their own, so they alone are let in where there are any. */
const policyOf = (diagrams: boolean): string =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    diagrams ? "style-src 'self' 'unsafe-inline'" : "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ')

const STYLES = ['base', 'bar', 'navigation', 'contents', 'document', 'lists']

/** One whole page. Every address in it is relative. */
export function renderPage(page: PageParts, siteTitle: string): string {
  const to = (url: string) => relativeLink(page.url, url)
  const root = to('index.html')
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(page.diagrams)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="AutoDevHub with Eleventy">
<title>${page.title}${page.title === siteTitle ? null : ` · ${siteTitle}`}</title>
<link rel="icon" href="${to('assets/icon.svg')}" type="image/svg+xml">
${STYLES.map((name) => html`<link rel="stylesheet" href="${to(`assets/${name}.css`)}">`)}
<script type="module" src="${to('assets/site.js')}"></script>
</head>
<body data-root="${root}">
<a class="skip" href="#content">Skip to the text</a>
<header class="top">
<button type="button" class="menu" aria-controls="navigation" aria-expanded="false" aria-label="Contents"><span></span></button>
<a class="brand" href="${root}"><img src="${to('assets/icon.svg')}" alt="" width="22" height="22">${siteTitle}</a>
<div class="search" role="search" hidden>
<input type="search" placeholder="Search" aria-label="Search the documentation" aria-keyshortcuts="/" autocomplete="off" spellcheck="false" role="combobox" aria-expanded="false" aria-controls="results">
<kbd aria-hidden="true">/</kbd>
<div id="results" class="results" hidden></div>
</div>
</header>
<div class="frame">
<nav id="navigation" class="side" aria-label="Documents" data-pagefind-ignore="all">${page.navigation}</nav>
<main id="content" tabindex="-1">
${
  page.crumbs.length === 0
    ? null
    : html`<nav class="crumbs" aria-label="Where this is" data-pagefind-ignore="all"><ol>${page.crumbs.map(
        ({ label, url }) => html`<li><a href="${to(url)}">${label}</a></li>`,
      )}</ol></nav>`
}
${page.body}
</main>
${page.aside === null ? null : html`<aside class="contents" aria-label="On this page" data-pagefind-ignore="all">${page.aside}</aside>`}
</div>
</body>
</html>
`.html
}
