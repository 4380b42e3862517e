import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Binding, bindings, HubError, issueChanged, tracker } from '#contract'
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
const refuseOnce = () => {
  throw new HubError('RATE_LIMITED', 'Acme asks to wait')
}

describe('people who write at the same time', () => {
  it('in chat while the issue is being read: neither is lost', async () => {
    const { acme, id, story, changed, run, show, inIssue, shown } = await setUp()
    const title = inIssue('AC-2')?.title ?? ''
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
    // They take it back, and before the hub is told of it somebody decides for what the issue says.
    acme.reword(id, 'AC-2', { title })
    await run(`story resolve ${story} AC-2 issue`)
    expect(await show()).not.toContain('a hint is shown')
  })
  it('and a write that fails: one person’s edit stays one, whatever the story leaves out of it', async () => {
    const { acme, id, changed, run, story, show, inIssue } = await setUp()
    const lines = ['Given a card', 'When the shopper pays', 'Then a receipt is sent.']
    acme.reword(id, 'AC-2', { lines })
    acme.meanwhile(refuseOnce)
    await expect(changed()).rejects.toThrow('asks to wait')
    await changed()
    expect(await show()).toContain('Then a receipt is sent')
    expect(inIssue('AC-2')?.lines).toEqual(lines)
    expect(acme.section(id)?.notes).toEqual([])
    // Both sides wrote the same, but for a full stop: nobody has to decide.
    await run(`story edit ${story} AC-3 Given a card, when it is lost, then it is blocked`)
    acme.reword(id, 'AC-3', { lines: ['Given a card', 'When it is lost', 'Then it is blocked.'] })
    await changed()
    expect(acme.section(id)?.notes).toEqual([])
  })
  it('and go on writing what the story just took over: one criterion stays one', async () => {
    const { acme, id, changed, show } = await setUp()
    const rewordLast = (title: string) => () =>
      acme.edit(id, ({ section }) => {
        if (section)
          section.criteria = section.criteria.with(-1, { id: null, title, lines: ['A refund reaches the card.'] })
      })
    acme.insert(id, { id: null, title: 'Refunds go', lines: [] })
    acme.meanwhile(rewordLast('Refunds go to the same card'))
    await changed()
    expect(acme.section(id)?.criteria.slice(7)).toEqual([
      { id: 'AC-8', title: 'Refunds go to the same card', lines: ['A refund reaches the card.'] },
    ])
    const shown = await show()
    expect(shown).toContain('Refunds go to the same card')
    expect(shown).not.toContain('AC-9')
    // Also where the first write fails for longer, and they take it back in the end.
    acme.insert(id, { id: null, title: 'Vouchers', lines: [] })
    acme.meanwhile(refuseOnce)
    await expect(changed()).rejects.toThrow('asks to wait')
    acme.edit(id, ({ section }) => {
      if (section) section.criteria = section.criteria.slice(0, -1)
    })
    await changed()
    expect(acme.section(id)?.criteria.map((c) => c.id)).toEqual([
      'AC-1',
      'AC-2',
      'AC-3',
      'AC-4',
      'AC-5',
      'AC-6',
      'AC-7',
      'AC-8',
    ])
    expect(await show()).not.toContain('Vouchers')
  })
  it('what fits into no story stands in both until somebody decides, and says why', async () => {
    const { acme, id, changed, run, story, show, inIssue, shown, drain } = await setUp()
    const lines = Array.from({ length: 7 }, (_, i) => `Point ${i + 1} is kept`)
    acme.reword(id, 'AC-2', { lines })
    acme.insert(id, { id: null, title: 'x'.repeat(161), lines: [] })
    await changed()
    const card = shown.at(-1)?.message
    const why = 'It has 7 results and a story takes 6: shorten it in the issue'
    expect(card?.text).toContain(`AC-2 in Acme does not fit into ${story}. ${why}`)
    expect(buttons(card)).toEqual([`"run":"story resolve ${story} AC-2 story"`])
    const notes = acme.section(id)?.notes.join('\n')
    expect(notes).toContain(`AC-2 does not fit into ${story}, so both wordings stand. ${why}`)
    expect(notes).toContain('Its title has 161 characters and a story takes 160')
    await expect(run(`story resolve ${story} AC-2 issue`)).rejects.toThrow(why)
    // What is written in chat later does not write over it.
    await run(`story edit ${story} AC-2 Given a card, when it is expired, then a hint is shown`)
    await drain()
    expect(inIssue('AC-2')?.lines).toEqual(lines)
    // Shortened, it is an ordinary conflict.
    acme.reword(id, 'AC-2', { lines: lines.slice(0, 2) })
    await changed()
    expect(buttons(shown.at(-1)?.message)).toContain(`"run":"story resolve ${story} AC-2 issue"`)
    await run(`story resolve ${story} AC-2 issue`)
    expect(await show()).toContain('Point 2 is kept')
    expect(inIssue('AC-2')?.lines).toEqual(lines.slice(0, 2))
  })
})
