import { type Channel, type Delivery, HubError, type Posted } from '#contract'
import type { LinearClient } from './client.ts'
import { editComment, sendComment, userById } from './documents.ts'
import { find } from './find.ts'
import { limitsOf, requestsBucket } from './limits.ts'
import { idFor } from './mark.ts'
import { sessionOf, UUID } from './place.ts'
import { profileOf } from './profile.ts'
import { type CommentBody, render, split } from './render.ts'
import type { Activity, Sessions } from './sessions.ts'
import type { Threads } from './threads.ts'

export function createChannel(client: LinearClient, sessions: Sessions, threads: Threads): Channel<CommentBody> {
  /** An id chosen by us: sent again, it is refused, and what stands there is what was sent. */
  const post = async (delivery: Delivery & { readonly op: 'post' }, signal: AbortSignal): Promise<Posted> => {
    const { to } = delivery
    if (!UUID.test(to.channel))
      throw new HubError('INPUT_INVALID', `${to.channel} is no issue of Linear: its id is needed`)
    const id = idFor(delivery.key)
    const { thread, ...top } = to
    const inThread = thread !== undefined && (await threads.takesAnswers(thread, signal))
    const input = {
      id,
      issueId: to.channel,
      ...(inThread ? { parentId: thread } : {}),
      body: render(delivery.message).body,
      doNotSubscribeToIssue: true,
    }
    try {
      await client.call(sendComment, { input }, { ...options(delivery, signal), what: 'comment' })
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'INPUT_INVALID') throw error
      if ((await find(client, sessions, delivery, signal)) === null) throw error
    }
    return { ...(inThread ? to : top), message: id }
  }
  const edit = async (delivery: Delivery & { readonly op: 'update' }, signal: AbortSignal): Promise<Posted> => {
    const variables = { id: delivery.to.message, body: render(delivery.message).body }
    await client.call(editComment, variables, { ...options(delivery, signal), what: 'comment' })
    return delivery.to
  }
  const options = ({ to }: Delivery, signal: AbortSignal) => ({ scope: requestsBucket(to.workspace), signal })
  const inSession = async (sessionId: string, delivery: Delivery, signal: AbortSignal): Promise<Posted> => {
    if (await sessions.isStopped(sessionId))
      throw new HubError('FORBIDDEN', 'Somebody stopped this session in Linear: nothing more is posted to it')
    const { message, to } = delivery
    const activity = { type: typeOf(delivery), body: render(message).body }
    const said = await sessions.say({ workspace: to.workspace, sessionId, key: delivery.key }, activity, signal)
    // Activities cannot be edited: what replaces a thought comes after it, and Linear takes the thought away.
    return 'message' in to ? to : { ...to, message: said }
  }
  return {
    split,
    render,
    limits: limitsOf,
    async deliver(delivery, signal) {
      const session = sessionOf(delivery.to)
      if (session !== null) return inSession(session, delivery, signal)
      const posted = delivery.op === 'post' ? await post(delivery, signal) : await edit(delivery, signal)
      const thread = { channel: posted.channel, thread: posted.thread ?? posted.message }
      await (delivery.message.asks ? threads.asked(thread) : threads.settled(thread))
      return posted
    },
    find: (delivery, _sinceMs, signal) => find(client, sessions, delivery, signal),
    async profile(_workspace, accountId) {
      try {
        const { user } = await client.call(userById, { id: accountId }, { what: 'user' })
        return profileOf(user)
      } catch (error) {
        if (error instanceof HubError && (error.code === 'NOT_FOUND' || error.code === 'INPUT_INVALID')) return null
        throw error
      }
    },
  }
}
function typeOf({ message }: Delivery): Activity['type'] {
  if (message.asks) return 'elicitation'
  return message.blocks?.some(({ kind }) => kind === 'progress') ? 'thought' : 'response'
}
