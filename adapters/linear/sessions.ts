import {
  type CommandCall,
  type Context,
  type EventHandler,
  type Hub,
  HubError,
  handleEvent,
  jobsControl,
  type KeyValue,
} from '#contract'
import type { LinearClient } from './client.ts'
import type { LinearConfig } from './config.ts'
import { activityById, sendActivity } from './documents.ts'
import { sessionOpened, sessionStopped, storyAsked } from './events.ts'
import { requestsBucket } from './limits.ts'
import { idFor } from './mark.ts'
import type { SessionEvent } from './payloads.ts'
import { laneOf, sessionPlace, workspaceOf } from './place.ts'
import type { Plans } from './plan.ts'

/** What the hub says in a session: https://linear.app/developers/agent-interaction#activity-content-payload */
export interface Activity {
  readonly type: 'thought' | 'elicitation' | 'response' | 'error'
  readonly body: string
  /** It confirms that the work was stopped. */
  readonly isStop?: boolean
}
/** A session is over for us once somebody stopped it, until they write again. Linear keeps one open for half an hour. */
const STOPPED_MS = 24 * 3_600_000

export interface Sessions {
  receive(event: SessionEvent, run: (call: CommandCall) => Promise<boolean>): Promise<void>
  /** Says something once for each key. */
  say(
    to: { readonly workspace: string; readonly sessionId: string; readonly key: string },
    activity: Activity,
    signal?: AbortSignal,
  ): Promise<string>
  isStopped(sessionId: string): Promise<boolean>
  find(sessionId: string, key: string, signal: AbortSignal): Promise<string | null>
  readonly events: readonly EventHandler[]
}

export function createSessions(
  hub: Hub<LinearConfig>,
  client: LinearClient,
  plans: Plans,
  kv: KeyValue = hub.kv,
): Sessions {
  const stopKey = (sessionId: string) => `stopped:${sessionId}`
  const find: Sessions['find'] = async (sessionId, key, signal) => {
    const { agentSession } = await client.call(
      activityById,
      { session: sessionId, id: idFor(key) },
      { what: 'activities of the session', signal },
    )
    return agentSession.activities.nodes[0]?.id ?? null
  }
  const say: Sessions['say'] = async ({ workspace, sessionId, key }, { type, body, isStop }, signal) => {
    const id = idFor(key)
    const input = {
      id,
      agentSessionId: sessionId,
      content: { type, body },
      // A thought gives way to what comes after it.
      ...(type === 'thought' ? { ephemeral: true } : {}),
    }
    try {
      const options = { what: 'agent session', scope: requestsBucket(workspace), ...(signal ? { signal } : {}) }
      await client.call(sendActivity, { input }, options)
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'INPUT_INVALID') throw error
      if ((await find(sessionId, key, signal ?? AbortSignal.timeout(10_000))) === null) throw error
    }
    if (type === 'response') void plans.show(sessionId, isStop ? 'stopped' : 'answered')
    return id
  }
  return {
    say,
    find,
    isStopped: async (sessionId) => (await kv.get(stopKey(sessionId))) === true,
    async receive({ action, organizationId, agentSession, agentActivity }, run) {
      const { id: sessionId, issue, comment, creator } = agentSession
      const place = sessionPlace(organizationId, issue?.id ?? null, sessionId)
      const lane = laneOf(place)
      const about = { sessionId, issueId: issue?.id ?? null, organizationId }
      const origin = { workspace: workspaceOf(organizationId), lane }
      const user = agentActivity?.user ?? creator
      if (action === 'prompted' && agentActivity?.signal === 'stop') {
        // Outside of the lane, in which the work that shall stop is running.
        const by = user?.name ?? 'somebody'
        const deliveryId = `activity:${agentActivity.id}:stop`
        await hub.publish(sessionStopped, { ...about, by }, { workspace: origin.workspace, deliveryId })
        return
      }
      if (action !== 'created' && action !== 'prompted') return
      const key = action === 'created' ? `session:${sessionId}` : `activity:${agentActivity?.id ?? ''}`
      if (!user || (action === 'prompted' && !agentActivity)) return
      const what = issue ? issue.identifier : 'this'
      // First in the lane: the thought is there before the work begins.
      await hub.publish(sessionOpened, { ...about, about: what }, { ...origin, deliveryId: `${key}:thought` })
      const said = action === 'created' ? promptIn(comment?.body) : (agentActivity?.content.body ?? '').trim()
      if (said === '' && issue) {
        // Delegated without a word: the issue is the request.
        const { thread = '' } = place
        const asked = { deliveryId: key, issueId: issue.id, thread, organizationId, actor: user }
        await hub.publish(storyAsked, asked, {
          ...origin,
          deliveryId: `${key}:asked`,
          actor: { plugin: 'linear', id: user.id },
        })
        return
      }
      const line = said.replace(/^\//, '')
      const isCommand = hub.catalog.match(line) !== null
      await run({
        ...origin,
        deliveryId: key,
        actor: { plugin: 'linear', id: user.id },
        actorName: user.name,
        place,
        // What is said later continues what stands in the session; the first words are a story.
        input: isCommand || action === 'prompted' ? line : `story ${line}`,
      })
    },
    events: [
      handleEvent(sessionOpened, async ({ sessionId, organizationId, about }, ctx: Context) => {
        await kv.delete(stopKey(sessionId))
        const to = { workspace: workspaceOf(organizationId), sessionId, key: `thought ${ctx.jobId}` }
        await say(to, { type: 'thought', body: `Reading ${about} …` }, ctx.signal)
        // Before the work, which may be done in no time.
        await plans.show(sessionId, 'working')
      }),
      handleEvent(sessionStopped, async ({ sessionId, issueId, organizationId, by }, ctx: Context) => {
        await kv.set(stopKey(sessionId), true, STOPPED_MS)
        const workspace = workspaceOf(organizationId)
        const lane = laneOf(sessionPlace(organizationId, issueId, sessionId))
        await hub.maybe(jobsControl)?.cancelLane({ workspace, lane, before: ctx.jobId, reason: `stopped by ${by}` })
        const to = { workspace, sessionId, key: `stopped ${ctx.jobId}` }
        const body = `Stopped, as ${by} asked. Nothing more is posted here.`
        await say(to, { type: 'response', body, isStop: true }, ctx.signal)
      }),
    ],
  }
}
/** Without the mention that woke the hub, and without the comment that Linear writes itself for a delegated issue. */
function promptIn(body: string | undefined): string {
  const words = (body ?? '').replace(/\r\n?/g, '\n').trim()
  if (/^This thread is for an agent session/i.test(words)) return ''
  return words
    .replace(/^(?:@[\w.-]+|\[@?[^\]\n]{1,80}\]\(\S+?\/profiles\/\S+?\)|https?:\/\/\S+?\/profiles\/\S+)[:,]?\s*/, '')
    .trim()
}
