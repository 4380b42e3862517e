import { performance } from 'node:perf_hooks'
import type { AdfDoc, AdfNode } from '../../adapters/jira/adf.ts'
import { sizeOf } from '../../adapters/jira/adf.ts'
import { fromMarkdown } from '../../adapters/jira/from-markdown.ts'
import { markerOf } from '../../adapters/jira/mark.ts'
import { composeSection, contentHash, panelAt, panelNode } from '../../adapters/jira/section.ts'
import { toMarkdown } from '../../adapters/jira/to-markdown.ts'
import { HubError } from '../../core/contract/index.ts'
import { ANN } from '../fakes/jira/index.ts'
import { openJira } from '../fakes/jira/ports.ts'

/** Figures of the Jira adapter: `node test/bench/jira.ts`. Its fake counts requests as Jira does, so a burst takes as long as it would there. */
const ISSUES = 1_000
const CRITERIA = Array.from({ length: 5 }, (_, i) => ({
  id: `AC-${i + 1}`,
  title: `Criterion ${i + 1}`,
  lines: ['Given a shopper with a saved card', 'When they pay', 'Then the order is confirmed'],
}))
const { signal } = new AbortController()

function roundTrip(): void {
  const paragraph =
    'Some *words* with **strength**, `code` and a [link](https://example.com/a?b=1).\n\n- one\n  - two\n- three\n\n'
  let markdown = ''
  while (sizeOf(fromMarkdown(markdown)) < 200_000) markdown += paragraph.repeat(20)
  const text = JSON.stringify(fromMarkdown(markdown))
  const times = Array.from({ length: 60 }, () => {
    const began = process.cpuUsage()
    const doc = JSON.parse(text) as AdfDoc
    toMarkdown(doc)
    contentHash(doc.content)
    panelAt(doc, null)
    const marker = markerOf('10001')
    const section = { criteria: CRITERIA, notes: [], storyRef: 'ST-1' }
    const made = composeSection(null, null, section, { marker, heading: true })
    const content: readonly AdfNode[] = [...doc.content, panelNode(made.nodes, marker, undefined)]
    const written = JSON.stringify({ ...doc, content })
    if (!written.startsWith(text.slice(0, -2))) throw new Error('what stood before the section changed')
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1_000
  })
    .slice(10)
    .toSorted((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1)
  console.log(
    `document of ${Math.round(text.length / 1_000)} KB: read, shown, changed and written in ${at(0.5)} ms of processor time, p95 ${at(0.95)} ms (goal 20 ms)`,
  )
}

async function burst(): Promise<void> {
  const rig = await openJira()
  rig.fake.setLimits()
  const place = { kind: 'description' } as const
  const body = {
    version: 1,
    type: 'doc',
    content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Words.' }] }],
  }
  const made = Array.from({ length: ISSUES }, () => rig.fake.world.create(ANN, { project: 'PAY', description: body }))
  const waiting = [...made]
  const began = performance.now()
  let refused = 0
  const worker = async () => {
    for (let issue = waiting.pop(); issue; issue = waiting.pop()) {
      for (;;) {
        try {
          const found = await rig.tracker.get(rig.workspace, issue.id, place, signal)
          if (!found) throw new Error('an issue is gone')
          await rig.tracker.write(found, { storyRef: 'ST-1', criteria: CRITERIA, notes: [], place }, signal)
          break
        } catch (error) {
          if (!(error instanceof HubError) || error.retry === 'never') throw error
          refused += 1
          const waitMs = typeof error.retry === 'object' ? error.retry.afterMs : 100
          await new Promise((resolve) => setTimeout(resolve, waitMs))
        }
      }
    }
  }
  await Promise.all(Array.from({ length: 50 }, worker))
  const seconds = (performance.now() - began) / 1_000
  const least = ISSUES / 50
  console.log(
    `${ISSUES} issues at once: each got its criteria once in ${seconds.toFixed(1)} s; Jira's 50 edits a second allow ${least} s (${(seconds / least).toFixed(2)} ×, goal 1.15 ×); ${rig.fake.turnedAway()} requests turned away, ${refused} waits, ${rig.fake.writes()} writes`,
  )
  const before = rig.fake.writes()
  const passBegan = performance.now()
  waiting.push(...made)
  await Promise.all(Array.from({ length: 50 }, worker))
  console.log(
    `a pass over the same ${ISSUES} issues: ${rig.fake.writes() - before} writes in ${((performance.now() - passBegan) / 1_000).toFixed(1)} s`,
  )
  await rig.close()
}
roundTrip()
await burst()
