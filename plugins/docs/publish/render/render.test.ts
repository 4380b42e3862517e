import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SiteDocument } from '../source.ts'
import { linkFrom, mayLink } from './links.ts'
import { createMarkdown } from './markdown.ts'
import { createNames, relativeLink, safeSegment } from './names.ts'
import { pagesOf } from './pages.ts'
import { planSite } from './plan.ts'

const SHA = '0123456789abcdef0123456789abcdef01234567'
const shop = {
  plugin: 'github',
  repository: 'octo/shop',
  url: 'https://code.test/octo/shop',
  sha: SHA,
  isPrivate: false,
}
const documentOf = (path: string, text = `# ${path}\n`): SiteDocument => ({ path, title: path, text })
const plan = (...documents: readonly SiteDocument[]) => {
  const [repository] = planSite([{ repository: shop, documents }])
  if (!repository) throw new Error('nothing was planned')
  return repository
}
const markdown = createMarkdown()
const rendered = (text: string, path = 'docs/a.md', ...others: readonly string[]) => {
  const repository = plan(documentOf(path, text), ...others.map((one) => documentOf(one)))
  return markdown(text, { repository, path, url: repository.pages.get(path) ?? '' })
}

describe('names of pages', () => {
  it.each([
    ['setup.md', 'setup.md'],
    ['..', /^x-[0-9a-f]{8}$/],
    ['.git', /^git-[0-9a-f]{8}$/],
    ['_internal', /^internal-[0-9a-f]{8}$/],
    ['', /^x-[0-9a-f]{8}$/],
    ['con.txt', /^x-con.txt-[0-9a-f]{8}$/],
    ['a b%2f\u0000\\c', /^a-b-2f-c-[0-9a-f]{8}$/],
    ['Über uns', /^Uber-uns-[0-9a-f]{8}$/],
    ['x'.repeat(300), /^x{51}-[0-9a-f]{8}$/],
  ])('%j is safe', (name, wanted) => {
    const made = safeSegment(name)
    if (typeof wanted === 'string') expect(made).toBe(wanted)
    else expect(made).toMatch(wanted)
  })
  it('stay below their folder whatever they are made of', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (name) => {
        expect(safeSegment(name)).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
      }),
    )
  })
  it('are never given twice, also where a file system takes two letters for one', () => {
    const names = createNames()
    expect(['a/B.html', 'a/b.html', 'A/b.html'].map((one) => names.take(one))).toEqual([
      'a/B.html',
      'a/b-2.html',
      'A/b-3.html',
    ])
  })
  it('of repositories do not meet those of the site', () => {
    const repositories = [{ ...shop, repository: 'assets' }, { ...shop, plugin: 'gitlab' }, shop].map((repository) => ({
      repository,
      documents: [documentOf('README.md')],
    }))
    expect(planSite(repositories).map(({ home }) => home)).toEqual([
      'assets-2/index.html',
      'octo/shop/index.html',
      'octo/shop-2/index.html',
    ])
  })
  it('of a README are its folder; two of them are two pages', () => {
    const { pages } = plan(documentOf('docs/readme.md'), documentOf('docs/README.md'), documentOf('docs/index.md'))
    expect(pages.size).toBe(3)
    expect(new Set([...pages.values()].map((one) => one.toLowerCase())).size).toBe(3)
    expect([...pages.values()]).toContain('octo/shop/docs/index.html')
  })
  it.each([
    ['index.html', 'octo/shop/index.html', 'octo/shop/'],
    ['octo/shop/docs/a.html', 'octo/shop/index.html', '../'],
    ['octo/shop/docs/a.html', 'index.html', '../../../'],
    ['index.html', 'index.html', './'],
  ])('from %s to %s', (from, to, link) => expect(relativeLink(from, to)).toBe(link))
})

describe('a link of a document', () => {
  const repository = plan(documentOf('README.md'), documentOf('docs/setup.md'), documentOf('docs/guide/a b.md'))
  const from = (href: string) => linkFrom(repository, 'docs/setup.md', 'octo/shop/docs/setup.html', href)
  it.each([
    ['../README.md#install', '../#install'],
    ['/README.md', '../'],
    ['guide/a%20b.md', repository.pages.get('docs/guide/a b.md')?.replace('octo/shop/docs/', '') ?? ''],
    ['guide', 'guide/'],
    ['#here', '#here'],
  ])('%s leads to a page', (href, wanted) => expect(from(href)).toEqual({ href: wanted, outside: false }))
  it.each([
    ['../src/main.ts#L3', `https://code.test/octo/shop/blob/${SHA}/src/main.ts#L3`],
    ['../src/', `https://code.test/octo/shop/tree/${SHA}/src`],
    ['a.png?raw=true', `https://code.test/octo/shop/blob/${SHA}/docs/a.png`],
    ['https://example.com/x?y=1', 'https://example.com/x?y=1'],
    ['mailto:ada@example.com', 'mailto:ada@example.com'],
  ])('%s leads out, code to the commit that was read', (href, wanted) =>
    expect(from(href)).toEqual({ href: wanted, outside: true }),
  )
  it.each([
    'javascript:alert(1)',
    'JaVaScript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//evil.test/x',
    '/\\evil.test',
    '\\\\evil.test',
    'https://',
    '../../../etc/passwd',
    '..%2f..%2f..%2fetc',
  ])('%j leads nowhere', (href) => expect(from(href)).toBeNull())
  it('is judged the same before it is parsed', () => {
    expect(['javascript:x', 'http:x', '//x', 'a\\b'].map(mayLink)).toEqual([false, false, false, false])
  })
})

describe('a document', () => {
  it('has no say in templates, markup or scripts', () => {
    const { html } = rendered(
      '{{ 7 * 7 }} {% include "x" %} <%= x %>\n\n<script>alert(1)</script>\n\n<img src=x onerror=alert(1) alt="A picture">\n\n[x](javascript:alert(1)) <a href="javascript:alert(1)">y</a> <iframe src="//evil.test"></iframe>\n',
    )
    expect(html).toContain('{{ 7 * 7 }} {% include &quot;x&quot; %} &lt;%= x %&gt;')
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).toContain('A picture')
    expect(html).toContain('&lt;iframe')
    expect(html).not.toMatch(/<(?:script|img|iframe|a)\b/)
  })
  it('keeps front matter and comments to itself, and its headings keep the anchors that chat links to', () => {
    const { html, sections, titled } = rendered('---js\n{ x: process.exit(1) }\n---\n')
    expect([html.includes('process.exit'), sections, titled]).toEqual([true, [], false])
    const second = rendered(
      '---\ntitle: x\n---\n# Über uns\n\n<!-- autodevhub:exports a.ts -->\nText\n<!-- a\nb -->\n\n## Über uns\n',
    )
    expect(second.html).not.toMatch(/title: x|autodevhub|&lt;!--/)
    expect(second.html).toContain('Text')
    expect(second.sections.map(({ anchor }) => anchor)).toEqual(['über-uns', 'über-uns-1'])
    expect(second.html).toContain('<h2 id="über-uns-1">')
  })
  it('loads no picture: each is a link to where it lies', () => {
    const { html } = rendered(
      '![Screen](../shot.png "t") ![](https://track.test/p.gif) [![CI](https://ci.test/b.svg)](https://ci.test)',
    )
    expect(html).not.toContain('<img')
    expect(html).toContain(
      `<a class="image" href="https://code.test/octo/shop/blob/${SHA}/shot.png" rel="noopener noreferrer">Screen</a>`,
    )
    expect(html).toContain('<a href="https://ci.test" rel="noopener noreferrer"><span class="image">CI</span></a>')
  })
  it('that is no Markdown is shown as it stands', () => {
    expect(rendered('Title\n=====\n<b>\n', 'docs/a.rst').html).toBe(
      '<pre class="plain">Title\n=====\n&lt;b&gt;\n</pre>',
    )
  })
  it.each([
    '[',
    '](',
    '<!--',
    '<!--\n',
    '<a ',
    '*a ',
    '`',
    '![',
    '> ',
    '- ',
    '|a',
    '_',
    '&',
    'http://a',
    '# \n',
    '<p ',
  ])('of many lines of %j takes no long time', (piece) => {
    const line = piece.includes('\n') ? piece.repeat(20_000) : `${piece.repeat(7_500 / piece.length)}\n`
    const began = performance.now()
    rendered(line.repeat(Math.ceil(100_000 / line.length)))
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

describe('a page', () => {
  const repository = plan(documentOf('README.md', '# Shop\n\n```mermaid\ngraph LR\n```\n'), {
    path: 'docs/a.md',
    title: '"><script>alert(1)</script>',
    text: 'No heading\n',
  })
  const pages = pagesOf([repository], 'Docs <1>')
  const page = (url: string) => pages.find((one) => one.url === url)?.render() ?? ''
  it('allows no script but the site’s own, and styles of diagrams only where there are any', () => {
    for (const { url } of pages) {
      const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(page(url)) ?? []
      expect(policy).toContain('default-src &#39;none&#39;; script-src &#39;self&#39; &#39;wasm-unsafe-eval&#39;;')
      expect(policy.includes('unsafe-inline')).toBe(url === 'octo/shop/index.html')
      expect(page(url).match(/<script\b[^>]*>/g)).toEqual([
        expect.stringMatching(/^<script type="module" src="[./]*assets\/site\.js">$/),
      ])
      expect(page(url)).not.toMatch(/\son\w+=|style=/)
    }
  })
  it('says which commit it shows and links to its source', () => {
    expect(page('octo/shop/docs/a.html')).toContain(`https://code.test/octo/shop/blob/${SHA}/docs/a.md`)
    expect(page('octo/shop/docs/a.html')).toContain(`https://code.test/octo/shop/commit/${SHA}`)
  })
  it('escapes titles, and gives one to a document without', () => {
    expect(page('octo/shop/docs/a.html')).toContain('<h1>&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</h1>')
    expect(page('index.html')).toContain('<title>Docs &lt;1&gt;</title>')
  })
  it('stands for each folder that has no README', () => {
    expect(pages.map(({ url }) => url)).toContain('octo/shop/docs/index.html')
  })
})
