import { z } from 'zod'
import { HubError } from '#contract'
import type { GitHubClient } from './client.ts'
import { blobId } from './mark.ts'
import { repositoryOf } from './place.ts'

/** Together they are one request of the budget instead of one each: a first index of a thousand documents is over in a minute. */
const MOST = 50
const MOST_BYTES = 1_000_000
const LARGEST_BYTES = 200_000
/** What is asked for within this time goes together. */
const GATHER_MS = 3
/** Where GraphQL is refused, it is not tried again for so long. */
const OFF_MS = 10 * 60_000

const answer = z.object({
  data: z.object({
    repository: z.record(z.string(), z.object({ text: z.string().nullish() }).nullable()).nullable(),
  }),
})
interface Wanted {
  readonly sha: string
  readonly sizeBytes: number
  readonly settle: (bytes: Uint8Array | null) => void
  readonly fail: (error: unknown) => void
}
/** Contents that are wanted at the same time, read in one request. null: it must be read by itself. */
export type Gather = (repository: string, sha: string, sizeBytes: number) => Promise<Uint8Array | null>

/**
 * https://docs.github.com/en/graphql/reference/objects#blob. GraphQL hands out text only, and makes it up where the bytes are none: Git's own id
 * tells whether it is the content.
 */
export function createGather(client: GitHubClient, now: () => number = Date.now): Gather {
  const queues = new Map<string, { readonly wanted: Wanted[]; bytes: number; readonly timer: NodeJS.Timeout }>()
  let offUntilMs = 0

  const ask = async (name: string, wanted: readonly Wanted[]): Promise<ReadonlyMap<string, Uint8Array>> => {
    const { owner, repo } = repositoryOf(name)
    const fields = wanted.map(({ sha }, i) => `b${i}:object(oid:"${sha}"){...on Blob{text}}`).join(' ')
    const query = `query($owner:String!,$repo:String!){repository(owner:$owner,name:$repo){${fields}}}`
    const found = await client.graphql({
      query,
      variables: { owner, repo },
      repository: { owner, repo },
      what: `files of ${name}`,
    })
    const read = answer.safeParse(found).data?.data.repository
    if (!read) throw new HubError('UNAVAILABLE', `files of ${name}: GitHub's answer is not as documented`)
    return new Map(
      wanted.flatMap(({ sha }, i): [string, Uint8Array][] => {
        const text = read[`b${i}`]?.text
        return typeof text === 'string' && blobId(text) === sha ? [[sha, new Uint8Array(Buffer.from(text))]] : []
      }),
    )
  }
  const flush = async (name: string) => {
    const queue = queues.get(name)
    if (!queue) return
    queues.delete(name)
    clearTimeout(queue.timer)
    const { wanted } = queue
    if (wanted.length === 1) {
      wanted[0]?.settle(null)
      return
    }
    try {
      const found = await ask(name, wanted)
      for (const { sha, settle } of wanted) settle(found.get(sha) ?? null)
    } catch (error) {
      if (error instanceof HubError && error.code === 'RATE_LIMITED') {
        for (const { fail } of wanted) fail(error)
        return
      }
      offUntilMs = now() + OFF_MS
      for (const { settle } of wanted) settle(null)
    }
  }
  return (name, sha, sizeBytes) => {
    if (sizeBytes > LARGEST_BYTES || !/^[0-9a-f]{40}$/.test(sha) || offUntilMs > now()) return Promise.resolve(null)
    return new Promise((settle, fail) => {
      const queue = queues.get(name) ?? { wanted: [], bytes: 0, timer: setTimeout(() => void flush(name), GATHER_MS) }
      queues.set(name, queue)
      queue.wanted.push({ sha, sizeBytes, settle, fail })
      queue.bytes += sizeBytes
      if (queue.wanted.length >= MOST || queue.bytes >= MOST_BYTES) void flush(name)
    })
  }
}
