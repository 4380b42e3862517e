import { setTimeout as sleep } from 'node:timers/promises'
import type { IssueChanged, Log } from '#contract'
import { type JiraClient, path } from './client.ts'
import { hashOf } from './criteria.ts'
import type { ReadIssue } from './gathered.ts'
import { CREATED_PROPERTY, DELIVERY_PROPERTY, readProof, SECTION_PROPERTY } from './mark.ts'
import { comment, issue as issueSchema, user } from './payloads.ts'
import { contentHash, panelAt, readSection } from './section.ts'

const TIMEOUT_MS = 4_000
const KNOWN_MS = 10 * 60_000

export interface ChangeBy {
  readonly change: IssueChanged['change']
  readonly by: string | null
  readonly issueId: string
  readonly commentId: string | null
  readonly changed: readonly string[]
  /** Custom fields that changed, by id. */
  readonly fields: readonly string[]
}
/** Which changes the hub made itself: those of its account that also carry its proof. A person or another bot that shares the account is still seen. */
export interface Own {
  /** Is it the account the hub acts as? False while Jira cannot say. */
  isAccount(accountId: string, log: Log): Promise<boolean>
  isOwn(change: ChangeBy, log: Log): Promise<boolean>
}
export function createOwn(client: JiraClient, readIssue: ReadIssue): Own {
  let account: Promise<string | null> | null = null
  let askedAtMs = 0
  const me = () => {
    // The site may have been connected through another account meanwhile.
    if (performance.now() - askedAtMs > KNOWN_MS) account = null
    if (account === null) askedAtMs = performance.now()
    account ??= client
      .call({
        method: 'GET',
        path: '/rest/api/3/myself',
        what: "the hub's own account",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      .then((answer) => user.safeParse(answer).data?.accountId ?? null)
    account.catch(() => {
      account = null
    })
    return account
  }
  const hasProof = async ({ change, issueId, commentId, changed, fields: custom }: ChangeBy): Promise<boolean> => {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    if (commentId !== null) {
      const at = path`/rest/api/3/issue/${issueId}/comment/${commentId}`
      const found = comment.safeParse(
        await client.find({ method: 'GET', path: at, query: { expand: 'properties' }, what: 'comment', signal }),
      )
      const properties = found.data?.properties ?? []
      if (properties.some(({ key }) => key === DELIVERY_PROPERTY)) return true
      const proof = readProof(properties.find(({ key }) => key === SECTION_PROPERTY)?.value, issueId)
      return proof !== null && readSection(client.format.read(found.data?.body).content, proof)?.hash === proof.hash
    }
    if (change === 'deleted' || changed.some((name) => name !== 'body' && name !== 'section')) return false
    const asked = ['description', 'status', 'project', 'updated', ...custom]
    const found = issueSchema.safeParse(await readIssue(issueId, asked, [SECTION_PROPERTY, CREATED_PROPERTY]))
    const { properties, fields } = found.data ?? {}
    if (change === 'created') return properties?.[CREATED_PROPERTY] !== undefined
    const proof = readProof(properties?.[SECTION_PROPERTY], issueId)
    if (proof === null || !fields) return false
    const description = client.format.read(fields.description)
    const panel = panelAt(description, proof)
    const rest = contentHash(panel < 0 ? description.content : description.content.toSpliced(panel, 1))
    if (rest !== proof.rest) return false
    const nodes = proof.place.startsWith('field:')
      ? client.format.read(fields[proof.place.slice('field:'.length)]).content
      : (description.content[panel]?.content ?? null)
    return (readSection(nodes, proof)?.hash ?? hashOf([])) === proof.hash
  }
  const inTime = (work: Promise<boolean>) => Promise.race([work, sleep(TIMEOUT_MS, false, { ref: false })])
  /** Taken for a change of somebody else it costs one look at the issue, which then stands as the hub wrote it. */
  const orNot = async (work: Promise<boolean>, log: Log): Promise<boolean> => {
    try {
      return await inTime(work)
    } catch (error) {
      log.info({ error: error instanceof Error ? error.message : '' }, 'whose change it was is not known')
      return false
    }
  }
  const isMe = async (accountId: string | null) => accountId !== null && accountId !== '' && accountId === (await me())
  return {
    isAccount: (accountId, log) => orNot(isMe(accountId), log),
    isOwn: (change, log) =>
      orNot(
        isMe(change.by).then((mine) => mine && hasProof(change)),
        log,
      ),
  }
}
