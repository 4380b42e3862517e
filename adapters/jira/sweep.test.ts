import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Hub, IssueChanged, Origin } from '#contract'
import { type DataCenterFake, startDataCenterFake } from '../../test/fakes/jira/data-center.ts'
import { ANN, type JiraFake, startJiraFake } from '../../test/fakes/jira/index.ts'
import { memoryKv } from '../../test/support/kv.ts'
import { createClient, type JiraClient } from './client.ts'
import { config, type JiraConfig } from './config.ts'
import { overDataCenter, personalToken } from './data-center/client.ts'
import { createSeen } from './seen.ts'
import { createSweep } from './sweep.ts'

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const signal = new AbortController().signal
const MINUTE = 60_000

let nowMs: number
let fake: JiraFake
let close: () => Promise<void>
let sweep: () => Promise<void>
let rung: IssueChanged[]
let recovered: { project: string; events: number; lost: string[]; fromMs: number; toMs: number }[]
let heard: (issue: { id: string; updatedMs: number }) => Promise<void>
let commented: (issue: { id: string; updatedMs: number }) => Promise<void>
let onPublish: () => void
let isAway: boolean

beforeEach(async () => {
  nowMs = Date.parse('2026-11-21T14:00:00Z')
  rung = []
  recovered = []
  isAway = false
  onPublish = () => undefined
  fake = await startJiraFake({ now: () => nowMs })
  const settings = config.parse({
    baseUrl: fake.baseUrl,
    email: fake.env.JIRA_EMAIL,
    apiToken: fake.apiToken,
    webhookSecret: fake.webhookSecret,
  })
  const client = createClient(settings)
  close = async () => {
    client.close()
    await fake.close()
  }
  open(client)
})
/** A sweep over one site, from its first look. */
function open(client: JiraClient): void {
  const kv = memoryKv(() => nowMs)
  const seen = createSeen(kv)
  const known = new Set<string>()
  const hub = {
    async publish(event: { name: string }, payload: never, { deliveryId }: Origin) {
      if (isAway) throw new Error('the database is away')
      onPublish()
      const status = known.has(deliveryId) ? 'duplicate' : 'queued'
      known.add(deliveryId)
      if (status === 'queued') (event.name === 'issue.changed' ? rung : recovered).push(payload)
      return { status, id: deliveryId, announce: null }
    },
  } as unknown as Hub<JiraConfig>
  const run = createSweep({ client, hub, kv, seen, workspace: 'jira:site', now: () => nowMs })
  sweep = () => run(SILENT, signal)
  heard = ({ id, updatedMs }) => seen.note(id, updatedMs, SILENT)
  commented = ({ id, updatedMs }) => seen.noteComment(id, updatedMs, SILENT)
}
afterEach(async () => {
  expect(fake.problems).toEqual([])
  await close()
})
const configOf = ({ baseUrl, token, webhookSecret }: DataCenterFake) =>
  config.parse({ baseUrl, personalAccessToken: token, webhookSecret })
const create = (summary: string) => fake.world.create(ANN, { project: 'PAY', summary })

test('the first look only notes where it began', async () => {
  create('before')
  await sweep()
  expect([rung, recovered]).toEqual([[], []])
})
test('what no webhook told is found, once, oldest first, and the gap is named', async () => {
  await sweep()
  nowMs += 2 * MINUTE
  const told = create('told')
  await heard(told)
  const missed = create('missed')
  nowMs += MINUTE
  const edited = create('edited')
  fake.world.edit(ANN, edited, { summary: 'edited again' })
  nowMs += 28 * MINUTE
  await sweep()
  expect(rung).toEqual(
    [missed, edited].map((issue) => ({
      plugin: 'jira',
      issueId: issue.id,
      key: issue.key,
      project: 'PAY',
      change: 'updated',
      atMs: issue.updatedMs,
      changed: [],
      own: false,
      recovered: true,
    })),
  )
  expect(recovered).toEqual([
    {
      plugin: 'jira',
      project: 'PAY',
      fromMs: Date.parse('2026-11-21T13:59:00Z'),
      toMs: Date.parse('2026-11-21T14:30:00Z'),
      events: 2,
      lost: ['issues and comments that were deleted meanwhile'],
    },
  ])
  nowMs += 5 * MINUTE
  await sweep()
  expect([rung.length, recovered.length]).toEqual([2, 1])
})
test('webhooks that are still on their way are no gap', async () => {
  await sweep()
  nowMs += 5 * MINUTE
  const issue = create('just now')
  await sweep()
  await heard(issue)
  nowMs += 5 * MINUTE
  await sweep()
  expect(rung).toEqual([])
})
test('a look that fails begins again where the last one ended, and rings nobody twice', async () => {
  await sweep()
  nowMs += MINUTE
  create('one')
  nowMs += 5 * MINUTE
  isAway = true
  await expect(sweep()).rejects.toThrow(/away/)
  isAway = false
  await sweep()
  await sweep()
  expect(rung).toHaveLength(1)
})
test('more than a page is read to its end', async () => {
  await sweep()
  nowMs += MINUTE
  for (let i = 0; i < 230; i += 1) create(`issue ${i}`)
  nowMs += 5 * MINUTE
  await sweep()
  expect([rung.length, recovered[0]?.events]).toEqual([230, 230])
})
test.each(['Cloud', 'Data Center'])(
  'nobody is stepped over when somebody edits between two pages (%s)',
  async (edition) => {
    const other = edition === 'Cloud' ? null : await startDataCenterFake({ now: () => nowMs })
    const site = other
      ? overDataCenter(createClient(configOf(other), Date.now, personalToken(other.baseUrl, other.token)))
      : null
    if (site) open(site)
    const { world } = other ?? fake
    await sweep()
    nowMs += MINUTE
    const made = Array.from({ length: 130 }, (_, i) => {
      nowMs += MINUTE
      return world.create(ANN, { project: 'PAY', summary: `issue ${i}` })
    })
    nowMs += 5 * MINUTE
    onPublish = () => {
      onPublish = () => undefined
      const [first] = made
      if (first) world.edit(ANN, first, { summary: 'edited' })
    }
    await sweep()
    expect(rung.map(({ issueId }) => issueId)).toEqual(made.map(({ id }) => id))
    expect(recovered.map(({ events }) => events)).toEqual([130])
    site?.close()
    await other?.close()
  },
)
test('an edit that no webhook told is found behind a comment that one did, and no gap is told of comments', async () => {
  await sweep()
  nowMs += MINUTE
  const issue = create('one')
  await heard(issue)
  nowMs += MINUTE
  fake.world.edit(ANN, issue, { summary: 'nobody told' })
  nowMs += MINUTE
  fake.world.comment(ANN, issue, { type: 'doc', version: 1, content: [] })
  await commented(issue)
  nowMs += 5 * MINUTE
  await sweep()
  await sweep()
  expect(rung).toEqual([expect.objectContaining({ issueId: issue.id, change: 'updated', recovered: true })])
  expect(recovered).toEqual([])
})
test('a gap of more than a day says what it left out', async () => {
  await sweep()
  nowMs += 10 * MINUTE
  create('long ago')
  nowMs += 48 * 60 * MINUTE
  create('lately')
  nowMs += 10 * MINUTE
  await sweep()
  expect(rung).toHaveLength(1)
  expect(recovered[0]?.lost).toEqual([
    'changes before 2026-11-22T14:19:00.000Z',
    'issues and comments that were deleted meanwhile',
  ])
})
