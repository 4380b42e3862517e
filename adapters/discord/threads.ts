import { HubError, type Place, type Posted } from '#contract'
import { shorten } from '../shared/cut.ts'
import { clean } from '../shared/text.ts'
import type { Calls } from './calls.ts'
import { isNoChannel, isThreadThere } from './errors.ts'
import { SIZES } from './limits.ts'
import { isDirect } from './place.ts'
import type { DiscordBody } from './render.ts'

/** How long a channel that refused a thread is not asked again. */
const REMEMBER_MS = 10 * 60_000

export interface Threads {
  post(to: Place, thread: string, title: string, body: DiscordBody, key: string, signal: AbortSignal): Promise<Posted>
}
/**
 * A thread is a channel with the id of the message it began with. It is opened with the first message in it; where the bot may not, or
 * the channel has no threads, the message is a reply. https://docs.discord.com/developers/topics/threads
 */
export function createThreads(calls: Calls, now: () => number): Threads {
  const refusedUntil = new Map<string, number>()
  const mayOpen = (channel: string) => (refusedUntil.get(channel) ?? 0) <= now()

  return {
    async post(to, thread, title, body, key, signal) {
      const inThread = async () => ({ ...to, thread, message: await calls.create(to, thread, body, key, signal) })
      const { thread: _thread, ...channel } = to
      if (mayOpen(to.channel) && !isDirect(to)) {
        try {
          return await inThread()
        } catch (error) {
          if (!isNoChannel(error)) throw error
        }
        if (await open(to, thread, title, signal)) return inThread()
      }
      return { ...channel, message: await calls.create(to, to.channel, body, key, signal, thread) }
    },
  }
  async function open(to: Place, thread: string, title: string, signal: AbortSignal): Promise<boolean> {
    const name = shorten(clean(title).replace(/\s+/g, ' ').trim(), SIZES.threadName) || 'Answers'
    try {
      await calls.startThread(to, to.channel, thread, name, signal)
      return true
    } catch (error) {
      if (isThreadThere(error)) return true
      if (!(error instanceof HubError) || error.retry !== 'never' || error.code === 'UNAUTHENTICATED') throw error
      if (refusedUntil.size > 10_000) refusedUntil.clear()
      refusedUntil.set(to.channel, now() + REMEMBER_MS)
      return false
    }
  }
}
