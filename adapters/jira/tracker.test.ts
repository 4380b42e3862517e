import type { CriteriaPlace } from '#contract'
import { type TrackerFault, trackerContract } from '../../test/contract/tracker.ts'
import { ANN, BEN, type FakeIssue, FIELD, type JiraFault } from '../../test/fakes/jira/index.ts'
import { openJira } from '../../test/fakes/jira/ports.ts'
import { type AdfNode, docOf } from './adf.ts'
import { fromMarkdown } from './from-markdown.ts'
import { SECTION_PROPERTY } from './mark.ts'

const FAULTS: Readonly<Record<Exclude<TrackerFault, 'unreachable'>, JiraFault>> = {
  'rate-limited': { kind: 'rate-limited', retryAfterSeconds: 7 },
  unauthenticated: { kind: 'refuse', status: 401 },
  'cut-after-commit': { kind: 'cut', commit: true },
  'cut-before-commit': { kind: 'cut', commit: false },
}
const FIELD_PLACE: CriteriaPlace = { kind: 'field', field: FIELD.name }

trackerContract({
  plugin: 'jira',
  places: [{ kind: 'description' }, FIELD_PLACE, { kind: 'comment' }],
  async open() {
    const { fake, tracker, workspace, close } = await openJira()
    const { world } = fake
    const issue = (id: string): FakeIssue => {
      const found = world.find(id)
      if (!found) throw new Error(`no issue ${id}`)
      return found
    }
    const ours = (of: FakeIssue) => of.comments.find(({ properties }) => properties.has(SECTION_PROPERTY))
    const sectionIn = (of: FakeIssue, place: CriteriaPlace) => {
      if (place.kind === 'comment') return ours(of)?.body
      return place.kind === 'field' ? of.fields[FIELD.id] : of.description
    }
    const put = (of: FakeIssue, place: CriteriaPlace, doc: unknown) => {
      const comment = ours(of)
      if (place.kind === 'field') world.edit(ANN, of, { fields: { [FIELD.id]: doc } })
      else if (place.kind === 'description') world.edit(ANN, of, { description: doc })
      else if (comment) world.editComment(ANN, of, comment, doc)
    }
    const panelsIn = (of: FakeIssue) => docOf(of.description).content.filter(({ type }) => type === 'panel')
    return {
      tracker,
      workspace,
      project: 'PAY',
      readOnlyProject: 'OPS',
      accounts: {
        administers: { plugin: 'jira', id: ANN.accountId },
        member: { plugin: 'jira', id: BEN.accountId },
      },
      secrets: [fake.apiToken, Buffer.from(`${fake.env.JIRA_EMAIL}:${fake.apiToken}`).toString('base64')],
      queries: { broken: 'colour = blue', escaping: 'labels = x) OR (project = OPS' },
      async add({ title = 'Untitled', body, labels = [] }, project = 'PAY') {
        const description = body === undefined ? null : fromMarkdown(body)
        return world.create(ANN, { project, summary: title, labels, description })
      },
      async edit(id, { title, body, labels }) {
        const of = issue(id)
        const ours = panelsIn(of)
        world.edit(ANN, of, {
          ...(title === undefined ? {} : { summary: title }),
          ...(labels === undefined ? {} : { labels }),
          ...(body === undefined
            ? {}
            : { description: { ...fromMarkdown(body), content: [...fromMarkdown(body).content, ...ours] } }),
        })
      },
      finish: async (id) => world.edit(ANN, issue(id), { status: 'Done' }),
      remove: async (id) => world.remove(ANN, issue(id)),
      async move(id) {
        world.move(ANN, issue(id), 'NEW')
        return issue(id).key
      },
      async editSection(id, place, from, to) {
        const before = JSON.stringify(sectionIn(issue(id), place))
        // The keyword is a text of its own.
        const [words, replaced] = [from, to].map((one) => one.replace(/^(?:Given|When|Then) /, ''))
        const at = before.indexOf(words ?? '')
        if (at < 0) throw new Error(`“${from}” is not in the section`)
        put(issue(id), place, JSON.parse(before.replace(words ?? '', () => replaced ?? '')))
      },
      async deleteSection(id, place) {
        const of = issue(id)
        const comment = ours(of)
        if (place.kind === 'comment' && comment) world.removeComment(ANN, of, comment)
        else if (place.kind === 'field') world.edit(ANN, of, { fields: { [FIELD.id]: null } })
        else {
          const content = docOf(of.description).content.filter(({ type }) => type !== 'panel')
          world.edit(ANN, of, { description: { version: 1, type: 'doc', content } })
        }
      },
      async pasteSection(from, to, place) {
        const seen = sectionIn(issue(from), place)
        const target = issue(to)
        if (place.kind === 'comment') world.comment(ANN, target, seen)
        else if (place.kind === 'field') put(target, place, seen)
        else {
          const content: AdfNode[] = [...docOf(target.description).content, ...panelsIn(issue(from))]
          put(target, place, { version: 1, type: 'doc', content })
        }
      },
      outside: async (id) =>
        JSON.stringify(docOf(issue(id).description).content.filter(({ type }) => type !== 'panel')),
      writes: fake.writes,
      linksOf: async (id) => issue(id).links,
      issues: (project) => [...world.issues.values()].filter((one) => one.project === project).length,
      fault: async (fault) => (fault === 'unreachable' ? fake.goAway() : fake.faults.add(FAULTS[fault])),
      problems: () => fake.problems,
      close,
    }
  },
})
