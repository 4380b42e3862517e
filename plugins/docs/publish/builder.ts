import { createReadStream } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { pagesOf, type SitePage } from './render/pages.ts'
import { planSite } from './render/plan.ts'
import { documentsFile, REPOSITORIES, type SiteDocument, type SiteRepository } from './source.ts'

/**
 * A process of its own, started with a folder and a title: documents of others are read here, away from the hub's secrets and from the requests it
 * answers. Documents are data of one template; none is ever a template, and no front matter of theirs is read.
 */
const ASSETS = path.join(import.meta.dirname, 'assets')
const [work = '', title = 'Documentation'] = process.argv.slice(2)
const out = path.join(work, 'site')

const repositories = JSON.parse(await readFile(path.join(work, REPOSITORIES), 'utf8')) as readonly SiteRepository[]
const read = await Promise.all(
  repositories.map(async (repository, index) => ({ repository, documents: await documentsOf(documentsFile(index)) })),
)
const pages = pagesOf(planSite(read), title)
await mkdir(path.join(work, 'input'), { recursive: true })
// Eleventy looks for a project where it runs.
process.chdir(work)
let diagrams = false
await writePages(pages)
await cp(ASSETS, path.join(out, 'assets'), { recursive: true })
if (diagrams) await copyMermaid()
await writeSearch()
await writeFile(path.join(work, 'built.json'), JSON.stringify({ pages: pages.length, diagrams }))

async function documentsOf(file: string): Promise<SiteDocument[]> {
  const documents: SiteDocument[] = []
  for await (const line of createInterface({ input: createReadStream(path.join(work, file)) }))
    documents.push(JSON.parse(line) as SiteDocument)
  return documents
}

async function writePages(all: readonly SitePage[]): Promise<void> {
  const { default: Eleventy } = await import('@11ty/eleventy')
  const eleventy = new Eleventy('input', 'site', {
    quietMode: true,
    configPath: false,
    config(config) {
      config.addGlobalData('pages', () => all)
      config.addTemplate(
        'page.11ty.js',
        class {
          data() {
            return {
              pagination: { data: 'pages', size: 1, alias: 'one' },
              permalink: ({ one }: { one: SitePage }) => one.url,
              eleventyExcludeFromCollections: true,
            }
          }
          render({ one }: { one: SitePage }): string {
            const text = one.render()
            diagrams ||= text.includes('<figure class="diagram"')
            return text
          }
        },
      )
    },
  })
  eleventy.disableLogger()
  await eleventy.write()
}

async function copyMermaid(): Promise<void> {
  const dist = path.dirname(createRequire(import.meta.url).resolve('mermaid/dist/mermaid.esm.min.mjs'))
  await cp(dist, path.join(out, 'mermaid'), {
    recursive: true,
    filter: (source) => {
      const [first = '', second] = path.relative(dist, source).split(path.sep)
      return (
        first === '' ||
        first === 'mermaid.esm.min.mjs' ||
        (first === 'chunks' && (second === undefined || second === 'mermaid.esm.min') && !source.endsWith('.map'))
      )
    },
  })
}

async function writeSearch(): Promise<void> {
  const pagefind = await import('pagefind')
  try {
    const { index, errors } = await pagefind.createIndex({ includeCharacters: '_$-/' })
    if (!index) throw new Error(`pagefind: ${errors.join('; ')}`)
    const added = await index.addDirectory({ path: out })
    const written = await index.writeFiles({ outputPath: path.join(out, 'pagefind') })
    const problems = [...added.errors, ...written.errors]
    if (problems.length > 0) throw new Error(`pagefind: ${problems.join('; ')}`)
  } finally {
    await pagefind.close()
  }
  // Its ready-made boxes and a page to try it on are not used here.
  const folder = path.join(out, 'pagefind')
  for (const name of await readdir(folder))
    if (/^pagefind-(?:.*ui|highlight)\./.test(name)) await rm(path.join(folder, name))
}
