import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Binding, bindings, issueChanged, tracker } from '#contract'
import type { Store } from '../../../core/store/open.ts'
import { openTestStore, plainDraft, storyDesk, wordsOf } from '../../../test/fakes/story-desk.ts'
import { fixedBindings, memoryTracker } from '../../../test/fakes/tracker.ts'

const BODY = 'A shopper pays with a saved card.\nAn expired card is refused.\nA receipt is sent by mail.'
let store: Store
let count = 0
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.close())

/** An issue that has its criteria. */
async function setUp() {
  count += 1
  const workspace = `test:R${count}`
  const acme = memoryTracker(`acme:races${count}`)
  const binding: Binding = {
    ...{ workspace, project: 'pay', kind: 'tracker', plugin: 'acme', targetWorkspace: acme.site, target: 'PAY' },
    ...{ label: 'PAY', rules: { mode: 'auto' }, boundBy: 'test:Ada' },
  }
  const services = new Map<string, unknown>([
    [bindings.name, fixedBindings([binding])],
    [tracker('acme').name, acme.tracker],
  ])
  const desk = storyDesk({ store, draftOffline: plainDraft, services })
  const { id } = acme.add('Pay', BODY)
  const changed = async () => {
    const at = { plugin: 'acme', issueId: id, key: '', project: 'PAY', change: 'updated', atMs: 1, changed: [] }
    await desk.deliver(issueChanged.name, { ...at, own: false, recovered: false }, acme.site)
    return desk.drain()
  }
  await changed()
  const story = acme.section(id)?.storyRef ?? ''
  const run = (line: string) => desk.run(line, { workspace })
  const show = async () => wordsOf((await run(`story show ${story}`)).message)
  const inIssue = (criterion: string) => acme.section(id)?.criteria.find((one) => one.id === criterion)
  return { ...desk, acme, id, story, changed, run, show, inIssue }
}
const buttons = (message: { blocks?: readonly object[] } | undefined) =>
  JSON.stringify(message?.blocks ?? []).match(/"run":"[^"]+"/g) ?? []

describe('people who write at the same time', () => {
  it('in chat while the issue is being read: neither is lost', async () => {
    const { acme, id, story, changed, run, show, inIssue, shown } = await setUp()
    acme.reword(id, 'AC-2', { title: 'Theirs' })
    acme.whileReading(async () => {
      await run(`story edit ${story} AC-1 Given a card, when the shopper pays, then no number is asked`)
      await run(`story edit ${story} AC-2 Given a card, when it is expired, then a hint is shown`)
    })
    await changed()
    expect(inIssue('AC-1')?.lines).toContain('Then no number is asked')
    expect(inIssue('AC-2')?.title).toBe('Theirs')
    expect(await show()).toContain('a hint is shown')
    expect(buttons(shown.at(-1)?.message)).toContain(`"run":"story resolve ${story} AC-2 issue"`)
  })
})
