import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Sql } from '../../core/store/sql.ts'
import { startBrowser } from '../console/browser.ts'
import type { Desk } from './desk.ts'
import { takePictures as takeMailPictures } from './mail-pictures.ts'
import { COLUMNS, createRoad, type Road, toProduction } from './road.ts'
import { type Demo, startDemo } from './start.ts'

const STORY = '/story As a shopper I want to pay with a saved card'

/** Plays the whole road on the demo's page and keeps what a person sees: `node test/demo/pictures.ts <folder>`. */
export async function takePictures(folder: string): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true })
  const [demo, browser] = await Promise.all([startDemo(), startBrowser()])
  try {
    const page = await browser.newPage({ viewport: { width: 1500, height: 1000 }, deviceScaleFactor: 2 })
    // Everything waits for something that the page shows: long enough for a busy machine.
    page.setDefaultTimeout(60_000)
    await page.goto(demo.url)
    await page.locator('#connection[data-state="live"]').waitFor()
    const road = createRoad(page)
    const album = createAlbum(folder, page, road)
    await play(folder, demo, { page, road, album }).catch(async (error) => {
      // What stood there instead tells more than the error.
      await album.page('stuck')
      throw error
    })
    return [...album.files, ...(await takeMailPictures(folder))]
  } finally {
    await browser.close()
    await demo.close()
  }
}

async function play(
  folder: string,
  demo: Demo,
  { page, road, album }: { readonly page: Page; readonly road: Road; readonly album: Album },
): Promise<void> {
  await storyRoad(road, album)
  await pipelineRoad(road, album)
  await canaryRoad(road, album)
  await otherScreens(page, album)
  // Of the run that was rolled back: the last but one of the pipeline, the last canary.
  await writeTimeline(folder, demo, road, { workflow: 'ci-pipeline', at: -2 })
  await writeTimeline(folder, demo, road, { workflow: 'canary', at: -1 })
  writeFileSync(join(folder, 'database.json'), `${JSON.stringify(await remains(demo.sql), null, 2)}\n`)
  writeFileSync(join(folder, 'refusals.json'), JSON.stringify(refusalsOf(demo)))
}

type Album = ReturnType<typeof createAlbum>
function createAlbum(folder: string, page: Page, road: Road) {
  const files: string[] = []
  const keep = (name: string) => {
    const path = join(folder, `${String(files.length + 1).padStart(2, '0')}-${name}.png`)
    files.push(path)
    return path
  }
  return {
    files,
    page: async (name: string) => void (await page.screenshot({ path: keep(name) })),
    form: async (name: string) => void (await road.form.screenshot({ path: keep(name) })),
    /** A state that passes: the whole page, as soon as Slack's card shows it. */
    async moment(name: string, says: RegExp | string, workflow = 'ci-pipeline'): Promise<void> {
      await road.run('slack', workflow, says).waitFor()
      await page.screenshot({ path: keep(name) })
    },
    /** The newest card of a run where it rests, on each platform. */
    async cards(name: string, says: RegExp | string, workflow = 'ci-pipeline'): Promise<void> {
      for (const column of COLUMNS) {
        const card = road.run(column, workflow, says)
        await card.waitFor()
        const path = keep(`${name}-${column}`)
        // An edit puts another element in its place.
        await card.screenshot({ path }).catch(() => card.screenshot({ path }))
      }
    },
  }
}

async function storyRoad(road: Road, album: Album): Promise<void> {
  for (const column of COLUMNS) {
    await road.say(column, STORY)
    await road.press(road.story(column), 'Refine')
    await road.form.waitFor()
    await album.form(`story-form-${column}`)
    await road.answer('instruction', 'add a criterion for refunds')
    await road.story(column).getByText('v2').first().waitFor()
  }
  await album.page('story-refined')
  for (const column of COLUMNS) {
    await road.press(road.story(column), 'Approve')
    await road
      .messages(column)
      .filter({ hasText: /approved/i })
      .first()
      .waitFor()
  }
  await album.page('story-approved')
}

async function pipelineRoad(road: Road, album: Album): Promise<void> {
  await road.take('slack', 'Pipeline')
  await album.moment('under-way', 'is under way')
  await album.cards('review', 'Has somebody looked')
  await album.page('review')
  await road.speakAs('bob')
  await road.press(road.run('discord', 'ci-pipeline', 'Has somebody looked'), 'Approve')
  await album.cards('production-asked', 'to production?')
  await road.press(road.run('teams', 'ci-pipeline', 'to production?'), 'Reject')
  await road.form.waitFor()
  await album.form('reject-form')
  await road.answer('reason', 'The migration is missing')
  await album.cards('rejected', 'The migration is missing')
  await album.page('rejected')

  await toProduction(road)
  await road.press(road.run('teams', 'ci-pipeline', 'to production?'), 'Approve')
  await road.trouble('errors', true)
  await album.moment('settling', /◷\s*Time to settle/)
  await album.moment('taken-back', 'is being taken back')
  await album.cards('rolled-back', /✘.*failed[\s\S]*Production is taken back/)
  await album.page('rolled-back')
  await road.trouble('errors', false)

  await toProduction(road)
  await road.press(road.run('slack', 'ci-pipeline', 'to production?'), 'Approve')
  await album.cards('live', 'succeeded')
  await album.page('live')
}

/** Share by share: to all of the traffic, then with more errors at a quarter of it. */
async function canaryRoad(road: Road, album: Album): Promise<void> {
  const atQuarter = /1 of 3, now 25/
  await road.speakAs('ann')
  await road.take('slack', 'Canary')
  await album.moment('canary-grows', atQuarter, 'canary')
  await album.cards('canary-on-all-traffic', 'succeeded', 'canary')
  await road.take('slack', 'Canary')
  await road.run('slack', 'canary', atQuarter).waitFor()
  await road.trouble('errors', true)
  await album.moment('canary-taken-back', 'is being taken back', 'canary')
  await album.cards('canary-rolled-back', /✘.*failed[\s\S]*Canary is taken back/, 'canary')
  await album.page('canary-rolled-back')
  await road.trouble('errors', false)
}

async function otherScreens(page: Page, album: Album): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' })
  await album.page('dark')
  await page.setViewportSize({ width: 1280, height: 800 })
  await album.page('1280')
  await page.setViewportSize({ width: 390, height: 844 })
  for (const name of ['Slack', 'Discord', 'Teams']) {
    await page.getByRole('tab', { name }).click()
    await album.page(`phone-${name.toLowerCase()}`)
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1500, height: 1000 })
}

async function writeTimeline(
  folder: string,
  { desks }: Demo,
  road: Road,
  { workflow, at }: { readonly workflow: string; readonly at: number },
): Promise<void> {
  const references = await road
    .column('slack')
    .getByText(new RegExp(`${workflow} · WF-\\d+ (?:failed|succeeded)`))
    .allTextContents()
  const runs = [...new Set(references.flatMap((text) => /WF-\d+/.exec(text) ?? []))]
  const reference = runs.at(at) ?? ''
  const [slack] = desks
  if (!slack) return
  for (const [format, ending] of [
    ['text', 'txt'],
    ['mermaid', 'mmd'],
  ] as const) {
    const before = new Set(slack.items().map(({ id }) => id))
    await road.say('slack', `/workflow status ${reference} --format ${format}`)
    writeFileSync(join(folder, `timeline-${workflow}.${ending}`), `${await longest(slack, before)}\n`)
  }
}
/** All of it: long ones come as a file behind their last lines. */
async function longest(desk: Desk, before: ReadonlySet<string>): Promise<string> {
  const untilMs = Date.now() + 5_000
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    const fresh = desk.items().filter(({ id, who }) => who === 'hub' && !before.has(id))
    const texts = fresh.flatMap(({ files, body }) => [...files.map((file) => file.text), ...textsIn(body)])
    const [found = ''] = texts.sort((a, b) => b.length - a.length)
    if (Date.now() > untilMs && found.length > 200)
      return found.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').replaceAll('```', '')
  }
}
function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'string' ? (key === 'text' ? [inner] : []) : textsIn(inner),
  )
}

/** How many rows of each state are left when everything is over. */
async function remains(sql: Sql): Promise<Readonly<Record<string, unknown>>> {
  const count = (table: string, column: string) =>
    sql.query(`select ${column} as state, count(*)::int as rows from hub.${table} group by ${column} order by 1`, [])
  return {
    runs: await sql.query(
      `select name as workflow, status, count(*)::int as rows from hub.workflow_runs group by 1, 2 order by 1, 2`,
      [],
    ),
    transitions: await count('workflow_transitions', 'status'),
    steps: await count('workflow_steps', 'status'),
    approvals: await count('workflow_approvals', 'state'),
    votes: await count('workflow_votes', 'vote'),
    waits: await sql.query(`select count(*)::int as rows from hub.workflow_waits`, []),
    inbox: await count('inbox', 'state'),
    jobs: await count('jobs', 'state'),
    outbox: await count('outbox', 'state'),
  }
}
const refusalsOf = ({ desks, refusals }: Demo) => ({
  ...Object.fromEntries(desks.map((desk) => [desk.name, desk.refusals()])),
  github: refusals(),
})

if (process.argv[1] === import.meta.filename) {
  const files = await takePictures(process.argv[2] ?? '/tmp/autodevhub-demo')
  // The platforms' SDKs keep sockets for a next call.
  process.stdout.write(`${files.join('\n')}\n`, () => process.exit(0))
}
