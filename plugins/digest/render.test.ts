import { describe, expect, it } from 'vitest'
import type { Block, DeliveryMeasures, Message } from '#contract'
import { deploymentOf, memoryDeployments } from '../../test/fakes/digest-desk.ts'
import { type DigestContent, readContent } from './content.ts'
import { moved, percent } from './format.ts'
import { renderDigest } from './render.ts'

const fromMs = Date.parse('2026-11-20T07:00Z')
const toMs = Date.parse('2026-11-21T07:00Z')
const look = { zone: 'Europe/Vienna', note: 'You get this daily.' }
const measure = (over: Partial<DeliveryMeasures> = {}): DeliveryMeasures => ({
  service: 'checkout',
  deployments: 5,
  perDay: 5,
  medianLeadTimeMs: 2 * 3_600_000,
  failureRate: 0.2,
  medianRestoreMs: null,
  ...over,
})
const contentOf = (over: Partial<DigestContent> = {}): DigestContent => ({
  fromMs,
  toMs,
  deployments: [],
  isCut: false,
  measures: [],
  before: [],
  ...over,
})
const headings = ({ blocks = [] }: Message) => blocks.flatMap((b) => (b.kind === 'heading' ? [b.text] : []))
const of = <K extends Block['kind']>({ blocks = [] }: Message, kind: K) =>
  blocks.filter((b): b is Extract<Block, { kind: K }> => b.kind === kind)

describe('a digest', () => {
  const failed = deploymentOf({ reference: 'D-7', state: 'failed', reason: 'smoke test 500', service: 'search' })
  const rolledBack = deploymentOf({ reference: 'D-5', state: 'rolled-back' })
  const rollback = deploymentOf({ reference: 'D-6', rollsBack: 'D-5' })
  const live = deploymentOf({
    reference: 'D-4',
    stories: [
      {
        reference: 'ST-2',
        title: 'Pay with a saved card',
        criteria: [
          { id: 'AC-1', title: 'A saved card is offered', verified: true },
          { id: 'AC-2', title: 'An expired card is refused', verified: false },
        ],
      },
    ],
  })
  const message = renderDigest(
    contentOf({
      deployments: [live, failed, rollback, rolledBack, deploymentOf({ state: 'cancelled' })],
      measures: [measure()],
      before: [measure({ deployments: 3, failureRate: 0.25, medianLeadTimeMs: null })],
    }),
    look,
  )
  it('says in its subject what matters', () => {
    expect(message.text).toBe('1 failed, 2 rolled back, 1 went live, 1 cancelled · Deployments · Fri 20 Nov')
  })
  it('tells failures first, then rollbacks, then what went live', () => {
    expect(headings(message)).toEqual([
      'Deployments · Fri 20 Nov',
      'Failed',
      'Rolled back',
      'Went live',
      'Acceptance criteria that went live',
      'Succeeded',
      'Against the time before',
    ])
    const [first, second, third] = of(message, 'fields')
    expect(first?.items).toEqual([
      { label: 'search → production', value: 'D-7 · v1.4.2 · Ann · 10:12 · 1 commit\nsmoke test 500' },
    ])
    expect(second?.items[0]?.value).toContain('takes back D-5')
    expect(third?.items).toEqual([{ label: 'checkout → production', value: 'D-4 · v1.4.2 · Ann · 10:12 · 1 commit' }])
    expect(of(message, 'actions')[0]?.items).toEqual([
      { kind: 'link', label: 'Open D-7', url: 'https://ci.example.com/runs/1' },
    ])
  })
  it('tells criteria that went live unverified before the verified ones', () => {
    const criteria = of(message, 'fields')[3]
    expect(criteria?.items).toEqual([
      {
        label: 'ST-2 Pay with a saved card',
        value: '○ unverified: An expired card is refused\n✓ verified: A saved card is offered',
      },
    ])
  })
  it('draws a bar for each service and compares with the time before', () => {
    expect(of(message, 'progress')).toEqual([
      { kind: 'progress', label: 'checkout · 2 of 3', done: 2, total: 3 },
      { kind: 'progress', label: 'search · 0 of 1', done: 0, total: 1 },
    ])
    expect(of(message, 'table')[0]?.rows).toEqual([['checkout', '5 ▲2', '2\u00a0h', '20\u00a0% ▼5\u00a0%', '–']])
  })
  it('says how it comes and how it ends', () => expect(of(message, 'note').at(-1)?.markdown).toBe(look.note))

  it('keeps outside text out of markdown', () => {
    const evil = '**[x](https://evil.test)** `y`\n<!channel>'
    const one = deploymentOf({
      service: evil,
      environment: evil,
      ref: evil,
      by: evil,
      reason: evil,
      state: 'failed',
      stories: [{ reference: 'ST-1', title: evil, criteria: [{ id: 'AC-1', title: evil, verified: false }] }],
    })
    const { blocks = [] } = renderDigest(
      contentOf({ deployments: [one, { ...one, id: 'x', state: 'succeeded' }] }),
      look,
    )
    for (const block of blocks)
      if (block.kind === 'text' || block.kind === 'note') expect(block.markdown).not.toContain('evil')
  })
  it('stays short, however much happened', () => {
    const many = Array.from({ length: 600 }, (_, i) =>
      deploymentOf({
        service: `service-${i % 60}`,
        state: i % 7 === 0 ? 'failed' : 'succeeded',
        reason: 'why '.repeat(500),
        stories: Array.from({ length: 3 }, (_unused, s) => ({
          reference: `ST-${i}-${s}`,
          title: 'A story '.repeat(30),
          criteria: Array.from({ length: 9 }, (_none, c) => ({
            id: `AC-${c}`,
            title: 'criterion '.repeat(40),
            verified: c % 2 === 0,
          })),
        })),
      }),
    )
    const all = renderDigest(
      contentOf({ deployments: many, isCut: true, measures: many.map(({ service }) => measure({ service })) }),
      look,
    )
    expect(JSON.stringify(all).length).toBeLessThan(60_000)
    expect(JSON.stringify(all)).toContain('Only the last 600 deployments are told here')
    expect(JSON.stringify(all).isWellFormed()).toBe(true)
  })
})
describe('a figure', () => {
  it.each([
    [null, 1, '–'],
    [5, null, '5'],
    [5, 5, '5'],
    [5, 3, '5 ▲2'],
    [3, 5, '3 ▼2'],
  ])('%s after %s is %s', (now, before, words) => expect(moved(now, before, String)).toBe(words))
  it('that moved less than it is shown with has not moved', () => expect(moved(0.2, 0.201, percent)).toBe('20\u00a0%'))
})
describe('reading', () => {
  it('goes through all pages, several that ended in one millisecond included', async () => {
    const all = Array.from({ length: 1_250 }, (_, i) =>
      deploymentOf({ finishedAtMs: fromMs + Math.floor(i / 3) * 1_000 }),
    )
    const port = memoryDeployments(all)
    const content = await readContent(port, 'slack:T1', fromMs, toMs)
    expect(content.deployments).toHaveLength(1_250)
    expect(new Set(content.deployments.map(({ id }) => id)).size).toBe(1_250)
    expect(content.isCut).toBe(false)
  })
  it('ends, and says so, where it is more than anybody reads', async () => {
    const all = Array.from({ length: 2_600 }, (_, i) => deploymentOf({ finishedAtMs: fromMs + i * 1_000 }))
    const content = await readContent(memoryDeployments(all), 'slack:T1', fromMs, toMs)
    expect(content.isCut).toBe(true)
    const same = Array.from({ length: 700 }, () => deploymentOf({ finishedAtMs: fromMs }))
    expect((await readContent(memoryDeployments(same), 'slack:T1', fromMs, toMs)).isCut).toBe(true)
  })
})
