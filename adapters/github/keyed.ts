import { z } from 'zod'
import { HubError, type KeyValue } from '#contract'
import type { GitHubClient } from './client.ts'
import { asRepeatable } from './errors.ts'
import type { Identity } from './identity.ts'
import { keyMark } from './mark.ts'
import { unmentioned } from './markdown.ts'
import { parse } from './objects.ts'
import { repositoryOf } from './place.ts'

const PAGE = 100
const MAX_PAGES = 10
const BODY = 65_000
const TITLE = 250

const issueAnswer = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.enum(['open', 'closed']),
  title: z.string(),
  body: z.string().nullable(),
  user: z.object({ login: z.string() }).nullable(),
  pull_request: z.unknown().optional(),
})
type IssueAnswer = z.infer<typeof issueAnswer>
const commentAnswer = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
})
export interface Keyed {
  issue(
    write: { readonly repository: string; readonly key: string; readonly title: string; readonly body: string },
    signal: AbortSignal,
  ): Promise<{ readonly number: number; readonly url: string; readonly state: 'open' | 'closed' }>
  /** One comment for each key below an issue or a pull request; written again it is edited. */
  comment(
    write: { readonly repository: string; readonly number: number; readonly key: string; readonly body: string },
    signal: AbortSignal,
  ): Promise<{ readonly id: number; readonly url: string; readonly changed: boolean }>
}
/**
 * Issues and comments that are found again by a hidden mark. Only what the hub itself wrote counts: anybody can paste a mark. Where an issue is
 * is also kept, so that it is not looked for each time; the mark decides.
 */
export function createKeyed(client: GitHubClient, identity: Identity, kv: KeyValue): Keyed {
  const call = (name: string, route: string, parameters: object, what: string, signal: AbortSignal) => {
    const repository = repositoryOf(name)
    const asked = { route, parameters: { ...repository, ...parameters }, repository, what, signal }
    return route.startsWith('GET ') ? client.read(asked) : client.call(asked)
  }
  const same = (user: { readonly login: string } | null | undefined, login: string) =>
    user?.login.toLowerCase() === login.toLowerCase()

  const issueAt = async (name: string, number: number, signal: AbortSignal): Promise<IssueAnswer | null> => {
    try {
      const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}'
      const found = await call(name, route, { issue_number: number }, `issue ${number} of ${name}`, signal)
      return parse(issueAnswer, found, 'issue')
    } catch (error) {
      if (error instanceof HubError && error.code === 'NOT_FOUND') return null
      throw error
    }
  }
  const findIssue = async (name: string, mark: string, signal: AbortSignal): Promise<IssueAnswer | null> => {
    const login = await identity.login(signal)
    for (let page = 1; page <= MAX_PAGES; page++) {
      const parameters = { state: 'all', creator: login, sort: 'created', direction: 'desc', per_page: PAGE, page }
      const listed = await call(name, 'GET /repos/{owner}/{repo}/issues', parameters, `issues of ${name}`, signal)
      const issues = parse(z.array(issueAnswer), listed, 'issues')
      const found = issues.find((one) => one.body?.includes(mark) && same(one.user, login) && !one.pull_request)
      if (found || issues.length < PAGE) return found ?? null
    }
    return null
  }
  const findComment = async (name: string, number: number, mark: string, signal: AbortSignal) => {
    const login = await identity.login(signal)
    const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments'
    for (let page = 1; ; page++) {
      const parameters = { issue_number: number, per_page: PAGE, page }
      const listed = await call(name, route, parameters, `comments on ${name}#${number}`, signal)
      const comments = parse(z.array(commentAnswer), listed, 'comments')
      const found = comments.find((one) => one.body?.includes(mark) && same(one.user, login))
      if (found || comments.length < PAGE) return found ?? null
      if (page === MAX_PAGES)
        throw new HubError('UNSUPPORTED', `${name}#${number} has more comments than the hub looks through; lock it`)
    }
  }
  return {
    async issue({ repository: name, key, title, body }, signal) {
      const mark = keyMark('issue', key)
      const text = { title: title.slice(0, TITLE), body: `${unmentioned(body).slice(0, BODY)}\n\n${mark}` }
      const place = `issue:${name.toLowerCase()}:${key}`
      const known = await kv.get(place)
      const kept = typeof known === 'number' ? await issueAt(name, known, signal) : null
      const there = kept?.body?.includes(mark) ? kept : await findIssue(name, mark, signal)
      const result = ({ number, html_url, state }: IssueAnswer) => ({ number, url: html_url, state })
      if (!there) {
        const what = `issue of ${name}`
        try {
          const made = await call(name, 'POST /repos/{owner}/{repo}/issues', text, what, signal)
          const issue = parse(issueAnswer, made, 'issue')
          await kv.set(place, issue.number)
          return result(issue)
        } catch (error) {
          if (!(error instanceof HubError) || error.code !== 'OUTCOME_UNKNOWN') throw error
          const found = await findIssue(name, mark, signal)
          if (!found) throw asRepeatable(error)
          return result(found)
        }
      }
      if (known !== there.number) await kv.set(place, there.number)
      if (there.state === 'closed' || (there.title === text.title && there.body === text.body)) return result(there)
      const route = 'PATCH /repos/{owner}/{repo}/issues/{issue_number}'
      await call(name, route, { issue_number: there.number, ...text }, `issue of ${name}`, signal).catch((error) => {
        throw asRepeatable(error)
      })
      return result(there)
    },
    async comment({ repository: name, number, key, body }, signal) {
      const mark = keyMark('comment', key)
      const text = `${body.slice(0, BODY)}\n\n${mark}`
      const what = `comment on ${name}#${number}`
      const there = await findComment(name, number, mark, signal)
      if (there) {
        const result = { id: there.id, url: there.html_url }
        if (there.body === text) return { ...result, changed: false }
        const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}'
        await call(name, route, { comment_id: there.id, body: text }, what, signal).catch((error) => {
          throw asRepeatable(error)
        })
        return { ...result, changed: true }
      }
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments'
      try {
        const made = await call(name, route, { issue_number: number, body: text }, what, signal)
        const { id, html_url } = parse(commentAnswer, made, 'comment')
        return { id, url: html_url, changed: true }
      } catch (error) {
        if (!(error instanceof HubError) || error.code !== 'OUTCOME_UNKNOWN') throw error
        const found = await findComment(name, number, mark, signal)
        if (!found) throw asRepeatable(error)
        return { id: found.id, url: found.html_url, changed: true }
      }
    },
  }
}
