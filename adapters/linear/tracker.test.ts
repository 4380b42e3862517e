import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CriteriaPlace, SectionWrite, Tracker } from '#contract'
import { CRITERIA, type TrackerFault, trackerContract } from '../../test/contract/tracker.ts'
import { type LinearFake, type LinearFault, startLinearFake } from '../../test/fakes/linear/index.ts'
import { memoryKv, SILENT } from '../../test/fakes/linear/kv.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { createIdentities } from './identity.ts'
import { createMarker, isOwnId } from './mark.ts'
import { createProjects } from './projects.ts'
import { createMemory } from './proof.ts'
import { createReader } from './reader.ts'
import { createTargets } from './targets.ts'
import { createTracker, PLACES } from './tracker.ts'
import { createWriter } from './write.ts'

const FAULTS: Readonly<Record<Exclude<TrackerFault, 'unreachable'>, LinearFault>> = {
  'rate-limited': { kind: 'rate-limited', resetInMs: 7_000 },
  unauthenticated: { kind: 'refuse', status: 401, code: 'AUTHENTICATION_ERROR', message: 'not authenticated' },
  'cut-after-commit': { kind: 'cut', commit: true },
  'cut-before-commit': { kind: 'cut', commit: false },
}
const SECTION = /\n*### Acceptance criteria · [\s\S]*?`hub:[^`\n]*`/
const never = new AbortController().signal
const here: CriteriaPlace = { kind: 'description' }

async function rig(secret?: string) {
  const fake = await startLinearFake()
  // Whether a key may write is asked about an issue that is there.
  fake.people.create({ title: 'Seed', team: 'RO' })
  const settings = config.parse({ apiKey: fake.apiKey, webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl })
  const kv = memoryKv()
  const trackerWith = (webhookSecret: string): Tracker => {
    const client = createClient(settings)
    const identities = createIdentities(client, SILENT)
    const marker = createMarker(webhookSecret)
    const memory = createMemory(kv)
    const reader = createReader({ client, identities, marker, memory, targets: createTargets(() => null) })
    const writer = createWriter({ client, reader, marker, memory })
    return createTracker({ client, identities, reader, writer, projects: createProjects(client, identities), marker })
  }
  const { state, people } = fake
  const issueOf = (id: string) => {
    const found = state.issues.find((one) => one.id === id)
    if (!found) throw new Error(`no issue ${id}`)
    return found
  }
  const proofOf = (id: string) => state.attachments.find((one) => one.issueId === id && one.metadata.autodevhub === 1)
  const commentOf = (id: string) => state.comments.find((one) => one.issueId === id && one.userId === state.hub.id)
  return {
    fake,
    tracker: trackerWith(secret ?? fake.webhookSecret),
    trackerWith,
    workspace: `linear:${state.organization.id}`,
    issueOf,
    proofOf,
    editSection(id: string, place: CriteriaPlace, from: string, to: string) {
      const issue = issueOf(id)
      if (place.kind === 'description') people.edit(issue, { description: issue.description?.replace(from, to) ?? '' })
      else if (place.kind === 'comment') {
        const comment = commentOf(id)
        if (comment) comment.body = comment.body.replace(from, to)
      } else {
        const proof = proofOf(id)
        if (proof) proof.metadata = { ...proof.metadata, criteria: String(proof.metadata.criteria).replace(from, to) }
      }
    },
    deleteSection(id: string, place: CriteriaPlace) {
      const issue = issueOf(id)
      const drop = <T>(all: T[], one: T | undefined) => void (one && all.splice(all.indexOf(one), 1))
      if (place.kind === 'description')
        people.edit(issue, { description: issue.description?.replace(SECTION, '') ?? '' })
      else if (place.kind === 'comment') drop(state.comments, commentOf(id))
      else drop(state.attachments, proofOf(id))
    },
  }
}

trackerContract({
  plugin: 'linear',
  places: PLACES.map((kind) => ({ kind })),
  async open() {
    const { fake, tracker, workspace, issueOf, proofOf, editSection, deleteSection } = await rig()
    const { state, people } = fake
    return {
      tracker,
      workspace,
      project: 'ENG',
      readOnlyProject: 'RO',
      accounts: {
        administers: { plugin: 'linear', id: state.ann.id },
        member: { plugin: 'linear', id: state.bob.id },
      },
      secrets: [fake.apiKey, fake.webhookSecret],
      queries: { broken: 'status = Done', escaping: '{"or": [{"team": {"key": {"eq": "RO"}}}]}' },
      async add({ title, body, labels }, project) {
        const issue = people.create({
          ...(title === undefined ? {} : { title }),
          ...(body === undefined ? {} : { body }),
          ...(labels === undefined ? {} : { labels }),
          ...(project === undefined ? {} : { team: project }),
        })
        return { id: issue.id, key: state.keyOf(issue) }
      },
      async edit(id, { title, body, labels }) {
        people.edit(issueOf(id), {
          ...(title === undefined ? {} : { title }),
          ...(body === undefined ? {} : { description: body }),
          ...(labels === undefined ? {} : { labelIds: labels.map(state.labelId) }),
        })
      },
      finish: async (id) => void people.finish(issueOf(id)),
      remove: async (id) => people.remove(issueOf(id)),
      move: async (id) => people.move(issueOf(id)),
      editSection: async (id, place, from, to) => editSection(id, place, from, to),
      deleteSection: async (id, place) => deleteSection(id, place),
      async pasteSection(from, to, place) {
        const target = issueOf(to)
        if (place.kind === 'description') {
          const [section = ''] = SECTION.exec(issueOf(from).description ?? '') ?? []
          people.edit(target, { description: `${target.description ?? ''}${section}` })
        } else if (place.kind === 'comment') {
          const body = state.comments.find((one) => one.issueId === from)?.body ?? ''
          people.comment(target, { body })
        } else {
          const { title = '', subtitle = null } = proofOf(from) ?? {}
          const url = `https://linear.app/acme/issue/${state.keyOf(target)}#acceptance-criteria`
          state.attachments.push({
            id: 'pasted',
            issueId: to,
            creatorId: state.ann.id,
            title,
            subtitle,
            url,
            metadata: {},
          })
        }
      },
      outside: async (id) => (issueOf(id).description ?? '').replace(SECTION, ''),
      writes: () => fake.writes(),
      linksOf: async (id) =>
        state.attachments
          .filter((one) => one.issueId === id && one.metadata.autodevhub === undefined)
          .map(({ url, title }) => ({ url, title })),
      issues: (project) => state.issues.filter((one) => state.teamOf(one).key === project).length,
      fault: async (fault) => (fault === 'unreachable' ? fake.goAway() : fake.faults.add(FAULTS[fault])),
      problems: () => fake.problems,
      close: () => fake.close(),
    }
  },
})

describe('Linear in particular', () => {
  let it: Awaited<ReturnType<typeof rig>>
  let fake: LinearFake
  beforeEach(async () => {
    it = await rig()
    fake = it.fake
  })
  afterEach(async () => {
    expect(fake.problems).toEqual([])
    await fake.close()
  })
  const section = (more: Partial<SectionWrite> = {}): SectionWrite => ({
    storyRef: 'ST-1',
    criteria: CRITERIA,
    notes: [],
    place: here,
    ...more,
  })
  const read = async (id: string, place: CriteriaPlace = here) => {
    const found = await it.tracker.get(it.workspace, id, place, never)
    if (found === null) throw new Error('the issue is gone')
    return found
  }
  const write = async (id: string, more: Partial<SectionWrite> = {}) =>
    it.tracker.write(await read(id, more.place), section(more), never)
  const written = async (body = 'Before.', more: Partial<SectionWrite> = {}) => {
    const issue = fake.people.create({ body })
    await write(issue.id, more)
    return issue
  }

  test('a write is one read and one request that writes section and proof', async () => {
    const issue = fake.people.create({ body: 'Before.' })
    const before = await read(issue.id)
    fake.calls.length = 0
    await it.tracker.write(before, section(), never)
    expect(fake.calls.map(({ name }) => name)).toEqual(['IssueById', 'Write_description_newProof'])
    expect(it.proofOf(issue.id)?.metadata).toMatchObject({ storyRef: 'ST-1', version: 1, place: 'description' })
    expect(isOwnId(it.proofOf(issue.id)?.id ?? '')).toBe(true)
  })
  test('a section is read again although Linear wrote its Markdown anew', async () => {
    const issue = await written('Before.', { notes: ['Drafted — "offline"'] })
    const description = (it.issueOf(issue.id).description ?? '')
      .replaceAll('\n* ', '\n- ')
      .replaceAll('**', '__')
      .replace('“', '"')
      .replaceAll('\n\n', '\n')
    fake.people.edit(issue, { description })
    const { section: now } = await read(issue.id)
    expect(now?.criteria).toEqual(CRITERIA)
    expect(now?.hash).toBe(now?.writtenHash)
  })
  test('words that people add between the criteria are not lost', async () => {
    const issue = await written('Before.', { notes: ['Drafted offline'] })
    it.editSection(issue.id, here, '> Drafted offline', '> Drafted offline\n> Ask Bob about refunds')
    it.editSection(issue.id, here, '* When they pay', '* When they pay\n  with three retries')
    const { section: now } = await read(issue.id)
    expect(now?.criteria[0]?.lines).toEqual([
      'Given a shopper with a saved card',
      'When they pay',
      'with three retries',
      'Then the order is confirmed',
    ])
    expect(now?.criteria[1]?.lines.at(-1)).toBe('Ask Bob about refunds')
  })
  test('a person’s own criterion has no id', async () => {
    const issue = await written()
    it.editSection(issue.id, here, '**AC-2', '**Works offline**\n\n* Given no network\n\n**AC-2')
    expect((await read(issue.id)).section?.criteria[1]).toEqual({
      id: null,
      title: 'Works offline',
      lines: ['Given no network'],
    })
  })
  test('the last line tidied away, the section is still known, and what follows it is not part of it', async () => {
    const issue = await written()
    const description = `${(issue.description ?? '').replace(/\n*`hub:[^`]*`/, '')}\n\nAfterword of a person.`
    fake.people.edit(issue, { description })
    const now = await read(issue.id)
    expect(now.section).toMatchObject({ criteria: CRITERIA, storyRef: 'ST-1' })
    expect(now.body).toBe('Before.\n\nAfterword of a person.')
    await it.tracker.write(now, section({ criteria: CRITERIA.slice(0, 1) }), never)
    expect(it.issueOf(issue.id).description).toMatch(/^Before\.\n\n[\s\S]*`hub:[^`]*`\n\nAfterword of a person\.$/)
  })
  test('a made-up mark is text', async () => {
    const body =
      'Before.\n\n### Acceptance criteria · ST-9\n\n**AC-1 · Mine**\n\n`hub:ST-9:0123456789ab::0123456789abcdef`'
    const issue = fake.people.create({ body })
    const now = await read(issue.id)
    expect([now.section, now.body]).toEqual([null, body])
    await it.tracker.write(now, section(), never)
    expect(it.issueOf(issue.id).description?.startsWith(`${body}\n\n`)).toBe(true)
    expect((await read(issue.id)).section?.storyRef).toBe('ST-1')
  })
  test('another secret of the webhook leaves what stands there known, by its attachment', async () => {
    const issue = await written()
    const other = it.trackerWith('another secret of the webhook')
    const now = await other.get(it.workspace, issue.id, here, never)
    expect(now?.section).toMatchObject({ criteria: CRITERIA, storyRef: 'ST-1' })
    if (now) await other.write(now, section({ criteria: CRITERIA.slice(1) }), never)
    expect(it.issueOf(issue.id).description?.match(/Acceptance criteria · /g)).toHaveLength(1)
  })
  test('section and attachment both deleted, it is still known that they were there', async () => {
    const issue = await written()
    it.deleteSection(issue.id, here)
    it.deleteSection(issue.id, { kind: 'attachment' })
    expect((await read(issue.id)).section).toMatchObject({ criteria: [], storyRef: 'ST-1' })
    expect((await write(issue.id)).issue.section?.criteria).toEqual(CRITERIA)
  })
  test('a proof that was lost on its way is made up for', async () => {
    const issue = await written()
    it.deleteSection(issue.id, { kind: 'attachment' })
    fake.calls.length = 0
    expect((await write(issue.id)).changed).toBe(false)
    expect(it.proofOf(issue.id)?.metadata.storyRef).toBe('ST-1')
    expect(fake.calls.map(({ name }) => name)).toContain('Write_nothing_newProof')
  })
  test('an archived issue is not written to', async () => {
    const issue = fake.people.create({ body: 'Old.' })
    issue.archivedAt = new Date().toISOString()
    await expect(write(issue.id)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(/archived/),
    })
    expect(issue.description).toBe('Old.')
  })
  test('another workspace is not shown', async () => {
    const issue = await written()
    expect(await it.tracker.get('linear:0b3f', issue.id, here, never)).toBeNull()
    expect((await it.tracker.search('linear:0b3f', { project: 'ENG' }, here, never)).issues).toEqual([])
  })
  test('fields are no place in Linear', async () => {
    const issue = fake.people.create({})
    await expect(it.tracker.get(it.workspace, issue.id, { kind: 'field', field: 'AC' }, never)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    })
  })
  test('a project of Linear is a target like a team', async () => {
    const proof = await it.tracker.project(
      it.workspace,
      'https://linear.app/acme/project/checkout-a1b2c3d4e5f6/overview',
      null,
      never,
    )
    expect(proof).toMatchObject({ key: 'project/a1b2c3d4e5f6', name: 'Checkout', mayWrite: true })
    const made = await it.tracker.create(
      { workspace: it.workspace, project: 'project/a1b2c3d4e5f6', title: 'x', body: 'y', key: 'k' },
      never,
    )
    expect(it.issueOf(made.issue.id).projectId).toBe(fake.state.projects[0]?.id)
  })
  test('when Linear’s budget runs low, issues wait and leave the rest to answers', async () => {
    const issue = await written()
    fake.budget.requests = 60
    await read(issue.id)
    await expect(read(issue.id)).rejects.toMatchObject({ code: 'RATE_LIMITED', retry: { afterMs: expect.any(Number) } })
  })
  test('a hundred issues that are read at once cost two requests; one that is in the trash and one that never was cost nobody else theirs', async () => {
    const made = Array.from({ length: 98 }, (_, n) => fake.people.create({ title: `Issue ${n}` }))
    const [first, second] = made
    if (second) fake.people.edit(second, { archivedAt: new Date(0).toISOString() })
    const look = (id: string) => it.tracker.get(it.workspace, id, here, never)
    const thrown = fake.people.create({ title: 'Thrown away' })
    fake.people.remove(thrown)
    await look(first?.id ?? '')
    const before = fake.calls.length
    const gone = '00000000-0000-4000-8000-000000000000'
    const found = await Promise.all([
      ...made.map(({ id }) => look(id)),
      look(thrown.id),
      look(gone),
      look(first?.id ?? ''),
    ])
    expect(found.map((one) => one?.title ?? null)).toEqual([...made.map(({ title }) => title), null, null, 'Issue 0'])
    expect(fake.calls.slice(before).map(({ name }) => name)).toEqual(['IssuePage', 'IssuePage', 'IssueById'])
    expect(fake.problems).toEqual([])
  })
  test('a description of 200 kB with a section is read in less time than a frame', async () => {
    const text = Array.from({ length: 4_000 }, (_, i) => `${i}. line of *words* and [links](https://example.com/${i})`)
    const issue = fake.people.create({ body: text.join('\n') })
    await write(issue.id)
    expect(it.issueOf(issue.id).description?.startsWith(text.join('\n'))).toBe(true)
  })
})
