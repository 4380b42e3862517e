import { expect, test } from 'vitest'
import type { CriteriaPlace } from '#contract'
import { type TrackerFault, trackerContract } from '../../../test/contract/tracker.ts'
import { openDataCenter } from '../../../test/fakes/jira/data-center-ports.ts'
import { keyOf } from '../../../test/fakes/jira/data-center-routes.ts'
import { ANN, BEN, type FakeIssue, FIELD, type JiraFault } from '../../../test/fakes/jira/index.ts'
import { fromMarkdown } from '../from-markdown.ts'
import { SECTION_PROPERTY } from '../mark.ts'
import { writeWiki } from './write.ts'

const FAULTS: Readonly<Record<Exclude<TrackerFault, 'unreachable'>, JiraFault>> = {
  'rate-limited': { kind: 'rate-limited', retryAfterSeconds: 7 },
  unauthenticated: { kind: 'refuse', status: 401 },
  'cut-after-commit': { kind: 'cut', commit: true },
  'cut-before-commit': { kind: 'cut', commit: false },
}
const PANEL = /\{panel[^}\n]*\}\r?\n[^\n]*\{anchor:hub-.*?\{panel\}/s
const wikiOf = (markdown: string) => writeWiki(fromMarkdown(markdown))
const never = new AbortController().signal

trackerContract({
  plugin: 'jira',
  places: [{ kind: 'description' }, { kind: 'field', field: FIELD.name }, { kind: 'comment' }],
  async open() {
    const { fake, tracker, workspace, close } = await openDataCenter()
    const { world } = fake
    const issue = (id: string): FakeIssue => {
      const found = world.find(id)
      if (!found) throw new Error(`no issue ${id}`)
      return found
    }
    const textOf = (of: FakeIssue) => String(of.description ?? '')
    const ours = (of: FakeIssue) => of.comments.find(({ properties }) => properties.has(SECTION_PROPERTY))
    const sectionIn = (of: FakeIssue, place: CriteriaPlace) => {
      if (place.kind === 'comment') return String(ours(of)?.body ?? '')
      return place.kind === 'field' ? String(of.fields[FIELD.id] ?? '') : textOf(of)
    }
    const put = (of: FakeIssue, place: CriteriaPlace, text: string | null) => {
      const comment = ours(of)
      if (place.kind === 'field') world.edit(ANN, of, { fields: { [FIELD.id]: text } })
      else if (place.kind === 'description') world.edit(ANN, of, { description: text })
      else if (comment) world.editComment(ANN, of, comment, text)
    }
    return {
      tracker,
      workspace,
      project: 'PAY',
      readOnlyProject: 'OPS',
      accounts: { administers: { plugin: 'jira', id: keyOf(ANN) }, member: { plugin: 'jira', id: keyOf(BEN) } },
      secrets: [fake.token],
      queries: { broken: 'colour = blue', escaping: 'labels = x) OR (project = OPS' },
      async add({ title = 'Untitled', body, labels = [] }, project = 'PAY') {
        return world.create(ANN, {
          project,
          summary: title,
          labels,
          description: body === undefined ? null : wikiOf(body),
        })
      },
      async edit(id, { title, body, labels }) {
        const of = issue(id)
        const section = PANEL.exec(textOf(of))?.[0]
        world.edit(ANN, of, {
          ...(title === undefined ? {} : { summary: title }),
          ...(labels === undefined ? {} : { labels }),
          ...(body === undefined ? {} : { description: `${wikiOf(body)}${section ? `\n\n${section}` : ''}` }),
        })
      },
      finish: async (id) => world.edit(ANN, issue(id), { status: 'Done' }),
      remove: async (id) => world.remove(ANN, issue(id)),
      async move(id) {
        world.move(ANN, issue(id), 'NEW')
        return issue(id).key
      },
      async editSection(id, place, from, to) {
        const before = sectionIn(issue(id), place)
        // The keyword is set in bold.
        const [words = '', replaced = ''] = [from, to].map((one) => one.replace(/^(?:Given|When|Then) /, ''))
        if (!before.includes(words)) throw new Error(`“${from}” is not in ${before}`)
        put(
          issue(id),
          place,
          before.replace(words, () => replaced),
        )
      },
      async deleteSection(id, place) {
        const of = issue(id)
        const comment = ours(of)
        if (place.kind === 'comment' && comment) world.removeComment(ANN, of, comment)
        else if (place.kind === 'field') put(of, place, null)
        else put(of, place, textOf(of).replace(PANEL, ''))
      },
      async pasteSection(from, to, place) {
        const seen = sectionIn(issue(from), place)
        const target = issue(to)
        if (place.kind === 'comment') world.comment(ANN, target, seen)
        else if (place.kind === 'field') put(target, place, seen)
        else put(target, place, `${textOf(target)}\n\n${PANEL.exec(seen)?.[0] ?? ''}`)
      },
      outside: async (id) => textOf(issue(id)).replace(PANEL, '').trimEnd(),
      writes: fake.writes,
      linksOf: async (id) => issue(id).links,
      issues: (project) => [...world.issues.values()].filter((one) => one.project === project).length,
      fault: async (fault) => (fault === 'unreachable' ? fake.goAway() : fake.faults.add(FAULTS[fault])),
      problems: () => fake.problems,
      close,
    }
  },
  skip: {
    'proves power over a project':
      'Data Center tells nobody what others may do: the port says so, and bindings ask for an admin of the hub',
  },
})

test('whether somebody administers a project cannot be told', async () => {
  const rig = await openDataCenter()
  const account = { plugin: 'jira', id: keyOf(ANN) }
  const found = await rig.tracker.project(rig.workspace, 'PAY', account, never)
  expect(found).toMatchObject({ key: 'PAY', mayWrite: true, missing: [], accountAdministers: null })
  await rig.close()
})
