import { type Channel, type Delivery, HubError, type Place, type Posted } from '#contract'
import type { TeamsClient } from './client.ts'
import { find } from './find.ts'
import { limitsOf } from './limits.ts'
import { conversationOf } from './place.ts'
import { profileOf } from './profile.ts'
import type { Reference, References } from './references.ts'
import { type OutgoingActivity, render } from './render.ts'
import { split } from './split.ts'

const NOT_HERE = 'Teams has not told where this conversation is; add the app to it, or write to the bot there once'
const IN_PRIVATE =
  'I have an answer for you alone, and may not write to you in private yet. Open a chat with me, say hello, and ask again.'

export function createChannel(client: TeamsClient, references: References): Channel<OutgoingActivity> {
  const referenceFor = async ({ workspace, channel }: Place): Promise<Reference> => {
    const found = await references.conversation(workspace, channel)
    if (found === null) throw new HubError('FORBIDDEN', NOT_HERE)
    return found
  }
  const deliver = async (delivery: Delivery, signal: AbortSignal): Promise<Posted> => {
    const { to, message } = delivery
    const [limit] = limitsOf(delivery)
    const options = { signal, ...(limit ? { scope: limit.key } : {}) }
    const { serviceUrl, kind, bot } = await referenceFor(to)
    const target = { serviceUrl, conversation: conversationOf(to, kind) }
    if (delivery.op === 'update') {
      await client.update(target, delivery.to.message, render(message), options)
      return delivery.to
    }
    if (!message.only) return { ...to, message: await client.send(target, render(message), options) }
    const chat = await chatWith(to, message.only.id, { serviceUrl, bot }, options)
    try {
      if (chat !== null) {
        const id = await client.send({ serviceUrl, conversation: chat }, render(message), options)
        if (chat === to.channel) return { ...to, message: id }
        return { plugin: to.plugin, workspace: to.workspace, channel: chat, visibility: 'private', message: id }
      }
    } catch (error) {
      if (!isShut(error)) throw error
    }
    // Said without a word of the answer, which everyone here would read.
    return { ...to, message: await client.send(target, render({ text: IN_PRIVATE }), options) }
  }
  /** A person's own chat with the bot, or null where Teams does not allow one. */
  const chatWith = async (
    to: Place,
    accountId: string,
    { serviceUrl, bot }: { readonly serviceUrl: string; readonly bot: string },
    options: { signal: AbortSignal; scope?: string },
  ): Promise<string | null> => {
    const { workspace } = to
    const known = await references.person(workspace, accountId)
    if (known?.chat !== undefined) return known.chat
    try {
      const tenantId = workspace.slice(workspace.indexOf(':') + 1)
      const chat = await client.openChat(serviceUrl, { bot, accountId, tenantId }, options)
      // What the person says there later must find its way back; another kind would take it for a channel.
      await references.rememberConversation(workspace, chat, { serviceUrl, kind: 'personal', bot })
      await references.rememberPerson(workspace, accountId, { serviceUrl, bot, channel: to.channel, chat })
      return chat
    } catch (error) {
      if (isShut(error)) return null
      throw error
    }
  }
  return {
    split,
    render,
    deliver,
    limits: limitsOf,
    find,
    async profile(workspace, accountId) {
      const known = await references.person(workspace, accountId)
      if (known === null) return null
      const { serviceUrl, channel } = known
      const member = await client.member({ serviceUrl, conversation: channel }, accountId)
      return member && profileOf(member, workspace)
    },
  }
}
/** The app is not there for this person, or they have blocked it: nothing was shown. */
function isShut(error: unknown): boolean {
  return error instanceof HubError && ['FORBIDDEN', 'NOT_FOUND', 'INPUT_INVALID'].includes(error.code)
}
