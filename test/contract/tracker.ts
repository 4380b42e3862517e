import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type {
  Account,
  CriteriaPlace,
  HubError,
  NewIssue,
  SectionWrite,
  TrackedCriterion,
  Tracker,
  TrackerIssue,
} from '#contract'

/** What the platform does to the next write. */
export type TrackerFault =
  /** Refuses, and asks to wait. */
  | 'rate-limited'
  | 'unauthenticated'
  /** Does the work, then closes the connection without an answer. */
  | 'cut-after-commit'
  /** Reads the request and closes the connection; nothing is stored. */
  | 'cut-before-commit'
  /** No connection can be made, from now on. */
  | 'unreachable'

/** What a person does in the tracker, by its own pages. `body` is Markdown. */
export interface PersonsIssue {
  readonly title?: string
  readonly body?: string
  readonly labels?: readonly string[]
}
/** A port that speaks to a fake tracker, and hands to act there as a person. */
export interface TrackerRig {
  readonly tracker: Tracker
  readonly workspace: string
  /** Name of a project the hub may write to, as the tracker writes it, and of one it may only read. */
  readonly project: string
  readonly readOnlyProject: string
  readonly accounts: { readonly administers: Account; readonly member: Account }
  /** Values that must never appear in an error. */
  readonly secrets: readonly string[]
  /** A query in the tracker's own language that it refuses, and one that tries to leave the project; null where it has no such language. */
  readonly queries: { readonly broken: string; readonly escaping: string } | null
  add(issue: PersonsIssue, project?: string): Promise<{ readonly id: string; readonly key: string }>
  edit(id: string, change: PersonsIssue): Promise<void>
  finish(id: string): Promise<void>
  remove(id: string): Promise<void>
  /** To another project or team; returns the new key. */
  move(id: string): Promise<string>
  /** Replaces words inside our section, as somebody who types there. */
  editSection(id: string, place: CriteriaPlace, from: string, to: string): Promise<void>
  deleteSection(id: string, place: CriteriaPlace): Promise<void>
  /** Copies all that can be seen of our section from one issue to another, as copy and paste does. */
  pasteSection(from: string, to: string, place: CriteriaPlace): Promise<void>
  /** All that is stored of the issue's text but our section: what people wrote must stay so. */
  outside(id: string): Promise<string>
  /** Changes to issues, comments, links and properties that the platform has taken. */
  writes(): number
  linksOf(id: string): Promise<readonly { readonly url: string; readonly title: string }[]>
  issues(project: string): number
  fault(fault: TrackerFault): Promise<void>
  /** Requests that the platform would refuse. */
  problems(): readonly string[]
  close(): Promise<void>
}
const CONTRACT_TESTS = [
  'finds an issue by id and by key',
  'knows nothing of an issue that is gone',
  'reads no section where none was written',
  'writes criteria and reads the same back',
  'reads back whatever was written',
  'writes nothing where it already stands so',
  'leaves what people wrote around it as it is',
  'shows people’s text without the section',
  'sees what a person changed in the section',
  'tells a deleted section from one that never was',
  'does not take a pasted section for its own',
  'rewrites the section when the criteria change',
  'refuses to write over a change it has not seen',
  'counts no change that is none',
  'repeats a write whose answer was lost',
  'makes one issue of one key',
  'makes another issue of another key alone',
  'finds the issue whose creation was not answered',
  'creates an issue with its criteria',
  'links once',
  'searches newest first and page by page',
  'searches by creation, whatever is edited between two pages',
  'searches by words and by time',
  'refuses a query the tracker does not understand',
  'finds nothing outside of the project',
  'follows a moved issue',
  'proves power over a project',
  'knows no project that is not there',
  'names the permission it lacks',
  'says what to do with criteria that are too long',
  'says that a deleted issue is gone',
  'obeys a request to wait',
  'gives up on refused credentials',
  'knows when nothing was sent',
  'stops when told to',
  'leaks no secret in an error',
] as const
export type TrackerTest = (typeof CONTRACT_TESTS)[number]

export interface TrackerCase {
  /** Adapter whose tracker this is: 'jira'. */
  readonly plugin: string
  /** Every place the tracker can write to, the default first. */
  readonly places: readonly CriteriaPlace[]
  open(): Promise<TrackerRig>
  /** Tests that cannot hold here, each with its reason; printed with the results. */
  readonly skip?: Partial<Readonly<Record<TrackerTest, string>>>
}
const never = new AbortController().signal

export const CRITERIA: readonly TrackedCriterion[] = [
  {
    id: 'AC-1',
    title: 'Pays with the saved card',
    lines: ['Given a shopper with a saved card', 'When they pay', 'Then the order is confirmed'],
  },
  { id: 'AC-2', title: 'Card expired', lines: ['Given an expired card', 'When they pay', 'Then it is refused'] },
]

/** Called at the top level of every tracker's `tracker.test.ts`. */
export function trackerContract(one: TrackerCase): void {
  describe(`${one.plugin} keeps the tracker contract`, () => {
    let rig: TrackerRig
    beforeEach(async () => {
      rig = await one.open()
    })
    afterEach(async () => {
      await rig.close()
    })
    const [first = { kind: 'description' as const }] = one.places
    const get = (issue: string, place: CriteriaPlace = first) => rig.tracker.get(rig.workspace, issue, place, never)
    const read = async (issue: string, place: CriteriaPlace = first): Promise<TrackerIssue> => {
      const found = await get(issue, place)
      if (found === null) throw new Error(`${issue} was expected to be there`)
      return found
    }
    const sectionOf = (more: Partial<SectionWrite> = {}): SectionWrite => ({
      storyRef: 'ST-1',
      criteria: CRITERIA,
      notes: ['Drafted offline'],
      place: first,
      ...more,
    })
    const write = async (id: string, more: Partial<SectionWrite> = {}) => {
      const section = sectionOf(more)
      return rig.tracker.write(await read(id, section.place), section, never)
    }
    const fresh = (key: string, more: Partial<NewIssue> = {}): NewIssue => ({
      workspace: rig.workspace,
      project: rig.project,
      title: 'Saved cards',
      body: 'As a shopper I want **saved cards**.\n\n- quick\n- safe',
      key,
      ...more,
    })
    const failure = async (work: Promise<unknown>): Promise<HubError> => {
      try {
        await work
      } catch (error) {
        if (error instanceof Error && error.name === 'HubError') return error as HubError
        throw error
      }
      throw new Error('this was expected to fail')
    }
    /** A skipped test stays in the list with its reason. */
    const it = (title: TrackerTest, run: () => Promise<void>) => {
      const reason = one.skip?.[title]
      if (reason) test.skip(`${title} (skipped: ${reason})`)
      else test(title, run)
    }
    const everywhere = (title: TrackerTest, run: (place: CriteriaPlace) => Promise<void>) => {
      it(title, async () => {
        expect([...rig.tracker.places]).toEqual(one.places.map(({ kind }) => kind))
        for (const place of one.places) await run(place)
        expect(rig.problems()).toEqual([])
      })
    }

    it('finds an issue by id and by key', async () => {
      const { id, key } = await rig.add({ title: 'Saved cards', body: 'Some *words*.', labels: ['needs-criteria'] })
      const found = await read(key)
      expect(await read(id)).toEqual(found)
      expect(found).toMatchObject({
        plugin: one.plugin,
        workspace: rig.workspace,
        id,
        key,
        project: rig.project,
        title: 'Saved cards',
        labels: ['needs-criteria'],
        status: { category: 'open' },
      })
      expect(found.url).toMatch(/^https?:\/\//)
      expect(found.body).toContain('words')
      expect(found.author?.plugin).toBe(one.plugin)
      expect(Math.abs(found.updatedAtMs - Date.now())).toBeLessThan(60_000)
      await rig.finish(id)
      expect((await read(id)).status.category).toBe('done')
    })

    it('knows nothing of an issue that is gone', async () => {
      const { id, key } = await rig.add({})
      await rig.remove(id)
      expect([await get(id), await get(key)]).toEqual([null, null])
    })

    everywhere('reads no section where none was written', async (place) => {
      const { id } = await rig.add({ body: 'Acceptance criteria\n\n- it works' })
      expect((await read(id, place)).section).toBeNull()
    })

    everywhere('writes criteria and reads the same back', async (place) => {
      const { id } = await rig.add({ body: 'Before.' })
      const { changed, issue } = await write(id, { place })
      expect(changed).toBe(true)
      expect(issue.section).toEqual({
        criteria: CRITERIA,
        storyRef: 'ST-1',
        hash: expect.stringMatching(/./),
        writtenHash: issue.section?.hash,
      })
      expect(await read(id, place)).toEqual(issue)
    })

    it('reads back whatever was written', async () => {
      const { id } = await rig.add({ body: 'Before.' })
      const line = fc
        .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 })
        .map((parts) => `Given ${parts.join('')}`.replace(/\s+/g, ' ').trim())
      const criterion = fc.record({
        id: fc.integer({ min: 1, max: 999 }).map((n) => `AC-${n}`),
        title: line,
        lines: fc.array(line, { maxLength: 6 }),
      })
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(criterion, { selector: (c) => c.id, maxLength: 6 }), async (criteria) => {
          const { issue } = await write(id, { criteria })
          expect(issue.section?.criteria).toEqual(criteria)
          expect((await read(id)).section).toEqual(issue.section)
          expect(issue.section?.writtenHash).toBe(issue.section?.hash)
        }),
        { numRuns: 25 },
      )
      expect(rig.problems()).toEqual([])
    })

    everywhere('writes nothing where it already stands so', async (place) => {
      const { id } = await rig.add({ body: 'Before.' })
      const { issue } = await write(id, { place })
      const before = rig.writes()
      const again = await rig.tracker.write(issue, sectionOf({ place }), never)
      expect(again).toEqual({ changed: false, issue })
      expect(rig.writes()).toBe(before)
    })

    everywhere('leaves what people wrote around it as it is', async (place) => {
      const { id } = await rig.add({ body: BODY })
      const untouched = await rig.outside(id)
      await write(id, { place })
      expect(await rig.outside(id)).toBe(untouched)
      await write(id, { place, criteria: CRITERIA.slice(0, 1), notes: [] })
      expect(await rig.outside(id)).toBe(untouched)
    })

    everywhere('shows people’s text without the section', async (place) => {
      const { id } = await rig.add({ body: BODY })
      const { body } = await read(id, place)
      for (const word of ['Heading', 'emphasis', 'first', 'nested', 'quoted', 'const', 'example.com'])
        expect(body).toContain(word)
      const { issue } = await write(id, { place })
      expect(issue.body).toBe(body)
      expect(body).not.toContain('AC-1')
    })

    everywhere('sees what a person changed in the section', async (place) => {
      const { id } = await rig.add({ body: 'Before.' })
      const { issue } = await write(id, { place })
      await rig.editSection(id, place, 'they pay', 'they press Pay')
      const edited = await read(id, place)
      expect(edited.section?.criteria[0]).toEqual({
        ...CRITERIA[0],
        lines: ['Given a shopper with a saved card', 'When they press Pay', 'Then the order is confirmed'],
      })
      expect(edited.section?.criteria[1]).toEqual(CRITERIA[1])
      expect(edited.section?.writtenHash).toBe(issue.section?.hash)
      expect(edited.section?.hash).not.toBe(issue.section?.hash)
      expect(edited.version).not.toBe(issue.version)
      expect(edited.section?.storyRef).toBe('ST-1')
    })

    everywhere('tells a deleted section from one that never was', async (place) => {
      const { id } = await rig.add({ body: 'Before.' })
      const { issue } = await write(id, { place })
      await rig.deleteSection(id, place)
      const left = await read(id, place)
      expect(left.section).toMatchObject({ criteria: [], storyRef: 'ST-1', writtenHash: issue.section?.hash })
      expect(left.section?.hash).not.toBe(issue.section?.hash)
      expect((await write(id, { place })).issue.section?.criteria).toEqual(CRITERIA)
    })

    everywhere('does not take a pasted section for its own', async (place) => {
      const from = await rig.add({ body: 'Before.' })
      const to = await rig.add({ body: 'Another.' })
      await write(from.id, { place })
      await rig.pasteSection(from.id, to.id, place)
      const pasted = (await read(to.id, place)).section
      expect([pasted?.storyRef ?? null, pasted?.writtenHash ?? null]).toEqual([null, null])
      expect((await read(from.id, place)).section?.storyRef).toBe('ST-1')
    })

    everywhere('rewrites the section when the criteria change', async (place) => {
      const { id } = await rig.add({ body: 'Before.' })
      await write(id, { place })
      const criteria = [...CRITERIA.slice(1), { id: 'AC-3', title: 'Refund', lines: ['Then the money comes back'] }]
      const { changed, issue } = await write(id, { place, criteria, storyRef: 'ST-2', notes: ['Assumed: **EUR**'] })
      expect(changed).toBe(true)
      expect(issue.section).toMatchObject({ criteria, storyRef: 'ST-2' })
      expect((await read(id, place)).section).toEqual(issue.section)
    })

    everywhere('refuses to write over a change it has not seen', async (place) => {
      const { id } = await rig.add({ body: 'Before.' })
      const { issue } = await write(id, { place })
      await rig.editSection(id, place, 'an expired card', 'a blocked card')
      const before = rig.writes()
      const error = await failure(rig.tracker.write(issue, sectionOf({ place, criteria: CRITERIA.slice(1) }), never))
      expect(error).toMatchObject({ code: 'CONFLICT', retry: 'never' })
      expect(rig.writes()).toBe(before)
      expect((await read(id, place)).section?.criteria[1]?.lines[0]).toBe('Given a blocked card')
    })

    it('counts no change that is none', async () => {
      const { id } = await rig.add({ title: 'One', body: 'Before.', labels: ['a', 'b'] })
      const versions = [(await read(id)).version]
      expect((await read(id)).version).toBe(versions[0])
      for (const change of [{ title: 'Two' }, { body: 'After.' }, { labels: ['a'] }]) {
        await rig.edit(id, change)
        versions.push((await read(id)).version)
      }
      await rig.finish(id)
      versions.push((await read(id)).version)
      expect(new Set(versions).size).toBe(5)
      await rig.tracker.link(await read(id), { url: 'https://chat.example/1', title: 'Thread' }, never)
      expect((await read(id)).version).toBe(versions.at(-1))
    })

    everywhere('repeats a write whose answer was lost', async (place) => {
      const { id } = await rig.add({ body: 'Before.' })
      for (const fault of ['cut-after-commit', 'cut-before-commit'] as const) {
        const section = sectionOf({ place, storyRef: fault })
        const issue = await read(id, place)
        await rig.fault(fault)
        expect((await failure(rig.tracker.write(issue, section, never))).code).toBe('OUTCOME_UNKNOWN')
        expect((await rig.tracker.write(await read(id, place), section, never)).issue.section).toMatchObject({
          criteria: CRITERIA,
          storyRef: fault,
        })
      }
      expect((await rig.outside(id)).includes('AC-1')).toBe(false)
    })

    it('makes one issue of one key', async () => {
      const made = await rig.tracker.create(fresh('story-1'), never)
      expect(made.created).toBe(true)
      expect(made.issue).toMatchObject({ title: 'Saved cards', project: rig.project, section: null })
      expect(made.issue.body).toMatch(/\*\*saved cards\*\*/)
      expect(made.issue.body).toMatch(/- quick\n- safe/)
      const again = await rig.tracker.create(fresh('story-1'), never)
      expect([again.created, again.issue.id]).toEqual([false, made.issue.id])
      expect((await rig.tracker.create(fresh('story-2'), never)).created).toBe(true)
      expect(rig.issues(rig.project)).toBe(2)
    })

    it('makes another issue of another key alone', async () => {
      const { issue } = await rig.tracker.create(fresh('story-1'), never)
      await rig.remove(issue.id)
      const left = rig.issues(rig.project)
      expect(await failure(rig.tracker.create(fresh('story-1'), never))).toMatchObject({ retry: 'never' })
      expect(rig.issues(rig.project)).toBe(left)
      expect((await rig.tracker.create(fresh('story-1:1'), never)).created).toBe(true)
    })

    it('finds the issue whose creation was not answered', async () => {
      for (const fault of ['cut-after-commit', 'cut-before-commit'] as const) {
        const before = rig.issues(rig.project)
        await rig.fault(fault)
        expect((await failure(rig.tracker.create(fresh(fault), never))).code).toBe('OUTCOME_UNKNOWN')
        // A tracker whose index lags may ask for time before it looks again.
        const wait = await rig.tracker.create(fresh(fault), never).then(
          () => null,
          (error: HubError) => error,
        )
        if (wait !== null) expect(wait, wait.message).toMatchObject({ retry: { afterMs: expect.any(Number) } })
        else expect(rig.issues(rig.project)).toBe(before + 1)
        expect(rig.issues(rig.project)).toBeLessThanOrEqual(before + 1)
      }
    })

    it('creates an issue with its criteria', async () => {
      for (const place of one.places) {
        const asked = fresh(`with ${place.kind}`, { section: sectionOf({ place }) })
        const { issue } = await rig.tracker.create(asked, never)
        expect(issue.section).toMatchObject({ criteria: CRITERIA, storyRef: 'ST-1' })
        expect((await rig.tracker.create(asked, never)).created).toBe(false)
        expect(await read(issue.id, place)).toEqual(issue)
      }
    })

    it('links once', async () => {
      const { id } = await rig.add({})
      const issue = await read(id)
      for (const title of ['Thread', 'Thread', 'The thread'])
        await rig.tracker.link(issue, { url: 'https://chat.example/1', title }, never)
      await rig.tracker.link(issue, { url: 'https://chat.example/2', title: 'Other' }, never)
      const links = await rig.linksOf(id)
      expect(links.map(({ url }) => url)).toEqual(['https://chat.example/1', 'https://chat.example/2'])
    })

    const search = (query: Partial<Parameters<Tracker['search']>[1]> = {}) =>
      rig.tracker.search(rig.workspace, { project: rig.project, ...query }, first, never)

    it('searches newest first and page by page', async () => {
      const made: string[] = []
      for (let i = 0; i < 5; i++) made.push((await rig.add({ title: `Issue ${i}` })).id)
      await rig.edit(made[1] ?? '', { title: 'Changed last' })
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const page = await search({ limit: 2, ...(cursor === null ? {} : { cursor }) })
        expect(page.issues.length).toBeLessThanOrEqual(2)
        seen.push(...page.issues.map(({ id }) => id))
        cursor = page.cursor
      } while (cursor !== null)
      expect(seen).toEqual([1, 4, 3, 2, 0].map((i) => made[i]))
    })

    it('searches by creation, whatever is edited between two pages', async () => {
      const made: string[] = []
      for (let i = 0; i < 5; i++) made.push((await rig.add({ title: `Issue ${i}` })).id)
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const page = await search({ limit: 2, order: 'created', ...(cursor === null ? {} : { cursor }) })
        seen.push(...page.issues.map(({ id }) => id))
        cursor = page.cursor
        // One that is still to come and one that was, as people do.
        for (const at of [0, 2, 4]) await rig.edit(made[at] ?? '', { title: `Edited ${seen.length}` })
      } while (cursor !== null)
      expect(seen.toSorted()).toEqual(made.toSorted())
    })

    it('searches by words and by time', async () => {
      await rig.add({ title: 'Saved cards', body: 'Pay quickly.' })
      await rig.add({ title: 'Refunds', body: 'Money back.' })
      expect((await search({ text: 'saved "cards" AND (' })).issues.map(({ title }) => title)).toEqual(['Saved cards'])
      expect((await search({ updatedSinceMs: Date.now() - 60_000 })).issues).toHaveLength(2)
      expect((await search({ text: '()"' })).issues).toEqual([])
    })

    it('refuses a query the tracker does not understand', async () => {
      if (rig.queries === null) throw new Error('skip this test where there is no query language')
      expect((await failure(search({ query: rig.queries.broken }))).code).toBe('INPUT_INVALID')
    })

    it('finds nothing outside of the project', async () => {
      await rig.add({ title: 'Elsewhere' }, rig.readOnlyProject)
      await rig.add({ title: 'Here' })
      expect((await search()).issues.map(({ title }) => title)).toEqual(['Here'])
      if (rig.queries === null) return
      const found = await search({ query: rig.queries.escaping }).then(
        ({ issues }) => issues.map(({ project }) => project),
        (error: HubError) => [error.code],
      )
      expect(found).not.toContain(rig.readOnlyProject)
    })

    it('follows a moved issue', async () => {
      const { id, key } = await rig.add({ body: 'Before.' })
      await write(id)
      const moved = await rig.move(id)
      expect(moved).not.toBe(key)
      expect(await read(id)).toMatchObject({ id, key: moved, section: { criteria: CRITERIA, storyRef: 'ST-1' } })
      expect((await read(moved)).id).toBe(id)
    })

    it('proves power over a project', async () => {
      const ask = (account: Account | null, project = rig.project) =>
        rig.tracker.project(rig.workspace, project, account, never)
      expect(await ask(rig.accounts.administers)).toMatchObject({
        key: rig.project,
        name: expect.stringMatching(/\S/),
        url: expect.stringMatching(/^https?:\/\//),
        mayWrite: true,
        missing: [],
      })
      expect((await ask(rig.accounts.administers))?.accountAdministers).not.toBe(false)
      expect((await ask(rig.accounts.member))?.accountAdministers).not.toBe(true)
      expect((await ask(null))?.accountAdministers).toBeNull()
      expect((await ask(null, rig.project.toLowerCase()))?.key).toBe(rig.project)
      const readOnly = await ask(null, rig.readOnlyProject)
      expect(readOnly?.mayWrite).toBe(false)
      expect(readOnly?.missing.length).toBeGreaterThan(0)
    })

    it('knows no project that is not there', async () => {
      expect(await rig.tracker.project(rig.workspace, 'NOPE', null, never)).toBeNull()
    })

    it('names the permission it lacks', async () => {
      const { id } = await rig.add({ body: 'Before.' }, rig.readOnlyProject)
      const error = await failure(write(id))
      expect(error).toMatchObject({ code: 'FORBIDDEN', retry: 'never' })
      expect(error.message).toMatch(/permission|scope|write/i)
      expect((await read(id)).section).toBeNull()
      expect((await failure(rig.tracker.create(fresh('k', { project: rig.readOnlyProject }), never))).code).toBe(
        'FORBIDDEN',
      )
    })

    it('says what to do with criteria that are too long', async () => {
      const { id } = await rig.add({ body: 'Before.' })
      const criteria = Array.from({ length: 4_000 }, (_, i) => ({
        id: `AC-${i + 1}`,
        title: `Criterion ${i}`,
        lines: [`Given ${'word '.repeat(40).trim()}`],
      }))
      const before = rig.writes()
      const error = await failure(write(id, { criteria }))
      expect(error).toMatchObject({ code: 'TOO_LARGE', retry: 'never' })
      expect(error.message).toMatch(/shorten|split|place|comment|field|fewer/i)
      expect(rig.writes()).toBe(before)
    })

    it('says that a deleted issue is gone', async () => {
      const { id } = await rig.add({ body: 'Before.' })
      const issue = await read(id)
      await rig.remove(id)
      expect((await failure(rig.tracker.write(issue, sectionOf(), never))).code).toBe('NOT_FOUND')
    })

    const faulty = async (fault: TrackerFault) => {
      const { id } = await rig.add({ body: 'Before.' })
      const issue = await read(id)
      const before = rig.writes()
      await rig.fault(fault)
      const error = await failure(rig.tracker.write(issue, sectionOf(), never))
      expect(rig.writes()).toBe(before)
      return error
    }
    it('obeys a request to wait', async () => {
      expect(await faulty('rate-limited')).toMatchObject({
        code: 'RATE_LIMITED',
        retry: { afterMs: expect.any(Number) },
      })
    })
    it('gives up on refused credentials', async () => {
      expect(await faulty('unauthenticated')).toMatchObject({ code: 'UNAUTHENTICATED', retry: 'never' })
    })
    it('knows when nothing was sent', async () => {
      expect(await faulty('unreachable')).toMatchObject({ code: 'UNAVAILABLE', retry: 'backoff' })
    })
    it('stops when told to', async () => {
      const { id } = await rig.add({ body: 'Before.' })
      const issue = await read(id)
      const before = rig.writes()
      await expect(rig.tracker.write(issue, sectionOf(), AbortSignal.abort())).rejects.toThrow()
      await expect(rig.tracker.create(fresh('stopped'), AbortSignal.abort())).rejects.toThrow()
      expect(rig.writes()).toBe(before)
    })
    it('leaks no secret in an error', async () => {
      for (const fault of ['rate-limited', 'unauthenticated', 'cut-before-commit', 'unreachable'] as const) {
        const { id } = await rig.add({ body: 'Before.' })
        const issue = await read(id)
        await rig.fault(fault)
        const error = await failure(rig.tracker.write(issue, sectionOf(), never))
        const all = inspect(error, { depth: 12, showHidden: true, maxStringLength: null })
        for (const secret of rig.secrets) expect(all.includes(secret), fault).toBe(false)
      }
    })
  })
}
/** One of each shape of text that people write. */
const BODY = `## Heading

Some *emphasis* and **strength**, \`code\` and a [link](https://example.com/a?b=1&c=2).

- first
  - nested
- second

1. one
2. two

> quoted words

\`\`\`ts
const a = 1
\`\`\`

| Head | Other |
| --- | --- |
| cell | cell |

Last words.`

/** Scripts, emoji of several code points, markup of every tracker. */
const PIECES = [
  'word ',
  'Größe ',
  'שלום ',
  '日本語',
  '👩‍👩‍👧‍👦',
  '𝔘 ',
  '* ',
  '**',
  '_',
  '`',
  '```',
  '# ',
  '- ',
  '> ',
  '1. ',
  '|',
  '~~',
  '\\',
  '<b>',
  '&amp;',
  '[x](https://example.com)',
  '@ann ',
  'AC-7 ',
  ': ',
  '· ',
  '"quoted" ',
  'http://a.example/b_c ',
]
