import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataCenterSite, emulatedSite, jiraSite, linearSite, type Site } from '../fakes/tracker-sites.ts'
import { hasEmulate } from '../support/emulate.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const BODY = 'A shopper pays with a saved card.\n\nAn expired card is refused.\n\nA receipt is sent by mail.'

describe.each([
  ['Jira', jiraSite, true],
  ['Jira Data Center', dataCenterSite, true],
  ['Linear', linearSite, true],
  // Of others, and without the authors of comments in its deliveries: adapters/linear/emulate.test.ts has all that it lacks.
  ['Linear by emulate', emulatedSite, false],
] as const)('one issue’s life in %s', (name, open, tellsAuthors) => {
  const isHere = open !== emulatedSite || hasEmulate
  let site: Site
  let hub: TestHub
  const transcript: string[] = []
  const note = (who: string, what: string) => transcript.push(`${who.padEnd(name.length)} ${what}`)
  /** What somebody sees first, and what they are asked. */
  const shortened = (text: string) => {
    const [first = '', ...rest] = text.split('\n')
    const asked = rest.filter((line) =>
      /worded differently|has changed|--reopen|decides|story re(?:fresh|solve)/.test(line),
    )
    return [first, ...asked.slice(0, 3)].join(' / ')
  }
  const standing = async (id: string, what: RegExp) => {
    const lines = (await site.description(id)).split('\n').filter((line) => what.test(line))
    note(name, `it now reads: ${lines.slice(0, 3).join(' / ')}`)
  }
  let calls = 0
  /** As the hub's operator, who is its admin. */
  const run = async (line: string): Promise<string> => {
    const headers = { authorization: `Bearer ${hub.apiToken}`, 'content-type': 'application/json' }
    calls += 1
    const body = JSON.stringify({ input: line, idempotencyKey: `life-${calls}` })
    const taken = await hub.fetch(new Request('http://hub.test/api/v1/commands', { method: 'POST', headers, body }))
    const { id } = (await taken.json()) as { id: string }
    const url = `http://hub.test/api/v1/jobs/${id}?waitMs=10000`
    const job = (await (await hub.fetch(new Request(url, { headers }))).json()) as {
      result: { text: string } | null
      error: string | null
    }
    const text = job.result?.text ?? job.error ?? ''
    note('person', `types: ${line}`)
    note('hub', shortened(text))
    await hub.quiet(20_000)
    return text
  }
  beforeAll(async () => {
    if (!isHere) return
    site = await open()
    hub = await startTestHub('embedded', site.env)
    site.connect(hub)
  }, 60_000)
  afterAll(async () => {
    if (process.env.TRANSCRIPTS) console.info(`${name}\n${[...transcript, ...(site?.remarks() ?? [])].join('\n')}`)
    await hub?.close()
    await site?.close()
  })

  it.runIf(isHere)(
    'from its first criteria to the end, with every edit of people kept',
    { timeout: 120_000 },
    async () => {
      expect(await run(`hub bind tracker payments ${site.target} --rules '{"mode":"auto"}'`)).toMatch(/payments/)

      const { id, key } = await site.create('Pay with a saved card', BODY)
      note(name, `${key} is created`)
      await expect.poll(() => site.description(id), { timeout: 20_000 }).toMatch(/AC-1/)
      await hub.quiet(20_000)
      const first = await site.description(id)
      note(name, `${key} has ${first.match(/AC-\d+/g)?.length} criteria, below what people wrote`)
      expect(first).toContain('A shopper pays with a saved card.')
      const [reference = ''] = /ST-\d+/.exec(await run('story list')) ?? []
      expect(reference).toMatch(/^ST-\d+$/)

      // Its own write comes back as a webhook, and no further write follows.
      const writes = site.writes()
      await hub.quiet(20_000)
      expect(site.writes()).toBe(writes)

      // A person rewords a line in the issue: the story takes it over.
      const line = /Then ([^\n]{12,80})/.exec(first)?.[1] ?? ''
      await site.rewrite(id, line, 'the shopper sees a hint')
      note(name, `a person rewords a step of ${key}: “the shopper sees a hint”`)
      await expect.poll(() => run(`story show ${reference}`), { timeout: 20_000 }).toContain('the shopper sees a hint')

      // A change in chat reaches the issue; what people wrote around it stays.
      await run(`story edit ${reference} AC-1 Given a saved card, when the shopper pays, then no number is asked`)
      await expect.poll(() => site.description(id), { timeout: 20_000 }).toContain('no number is asked')
      note(name, `${key} reads “no number is asked”`)
      expect(await site.description(id)).toContain('An expired card is refused.')

      // The text changes: what quotes it is marked, with a way to refresh it.
      await site.rewrite(id, 'A receipt is sent by mail.', 'A receipt is printed on paper.')
      note(name, `a person changes the description of ${key}`)
      await expect.poll(() => site.description(id), { timeout: 20_000 }).toContain('has changed')
      await standing(id, /has changed/)
      await hub.quiet(20_000)
      expect((await site.comments(id)).join('\n')).toContain(`story refresh ${reference}`)
      expect(await run(`story refresh ${reference}`)).toContain('as it reads now')
      expect(await site.description(id)).not.toContain('has changed')
      expect(await site.description(id)).toContain('no number is asked')

      // Both sides change one criterion: both stand until somebody decides.
      const mine = run(`story edit ${reference} AC-1 Given a saved card, when the shopper pays, then it takes a second`)
      await site.rewrite(id, 'no number is asked', 'no code is asked')
      note(name, `at the same time a person rewords AC-1 in ${key}`)
      await mine
      await expect.poll(() => site.description(id), { timeout: 20_000 }).toMatch(/until somebody decides/)
      await standing(id, /no code is asked|takes a second|decides/)
      expect(await site.description(id)).toContain('no code is asked')
      expect(await run(`story issues ${reference}`)).toContain('AC-1 is worded differently')
      await run(`story resolve ${reference} AC-1 issue`)
      await hub.quiet(20_000)
      expect(await run(`story show ${reference}`)).toContain('no code is asked')
      expect(await site.description(id)).not.toMatch(/until somebody decides/)

      // Done: left alone from now on.
      await site.finish(id)
      note(name, `${key} is done`)
      await hub.quiet(20_000)
      const end = await site.description(id)
      await run(`story edit ${reference} AC-1 Given a card, when the shopper pays, then it is quick`)
      expect(await site.description(id)).toBe(end)
      const [, tracker = ''] = /^(\w+):/.exec(site.target) ?? []
      expect(await run(`story push ${reference} ${tracker}`)).toContain('--reopen')
      for (const line of [`story refresh ${reference}`, `story regenerate ${reference}`])
        expect(await run(line)).toMatch(/is Done, so ST-\d+ stands: add --reopen/)
      expect(await site.description(id)).toBe(end)

      // One comment, edited: the quiet way.
      expect((await site.comments(id)).length).toBeLessThanOrEqual(1)
      expect(site.problems()).toEqual([])
    },
  )
  it.runIf(isHere && tellsAuthors)(
    '/story alone in a comment of a bound project writes the criteria, once',
    { timeout: 60_000 },
    async () => {
      await run(`hub unbind tracker payments ${site.target}`)
      await run(`hub bind tracker payments ${site.target} --rules '{"mode":"manual"}'`)
      const { id } = await site.create('Export of reports', 'A manager exports a report as a spreadsheet.')
      await hub.quiet(20_000)
      expect(await site.description(id)).not.toMatch(/AC-1/)
      await site.say(id, '/story')
      await expect.poll(() => site.description(id), { timeout: 20_000 }).toMatch(/AC-1/)
      await site.say(id, '/story')
      await hub.quiet(20_000)
      expect((await site.description(id)).match(/AC-1\b/g)).toHaveLength(1)
      expect(site.problems()).toEqual([])
    },
  )
})
