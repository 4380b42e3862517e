import { z } from 'zod'
import { type Context, defineJob, HubError, type Message, UNPROVEN_ROLE } from '#contract'
import { keyOf } from './email-links.ts'
import type { Match, MatchEmail, Party } from './email-match.ts'

const ATTEMPTS = 6
/** No plugin can have a name with a colon. */
export const emailJob = defineJob({
  name: 'hub:email',
  payload: z.object({}),
  retry: { attempts: ATTEMPTS, backoffMs: 30_000 },
})
/** Accounts a process remembers to have asked about today. */
const MOST_SEEN = 20_000

export interface EmailJob {
  /** Asks for the match of whoever gave a command: once a day, behind their answer. Never fails. */
  ask(ctx: Context): Promise<void>
  run(ctx: Context): Promise<void>
}
/** `match` null: the operator trusts no domain. `canTell`: can one person alone be shown something there? */
export function createEmailJob(
  match: MatchEmail | null,
  canTell: (plugin: string) => boolean,
  today = () => new Date().toISOString().slice(0, 10),
): EmailJob {
  let day = ''
  const seen = new Set<string>()
  const isPrivate = ({ who, place }: Party) => place !== null && canTell(who.account.plugin)
  return {
    async ask(ctx) {
      const { workspace, actor, log } = ctx
      if (match === null || actor.role === null) return
      if (day !== today() || seen.size >= MOST_SEEN) seen.clear()
      day = today()
      const who = `${workspace} ${keyOf(actor.account)}`
      if (seen.has(who)) return
      try {
        // The ledger drops what another process asked for on the same day.
        await ctx.enqueue(emailJob, {}, { key: `${keyOf(actor.account)}:${day}` })
        seen.add(who)
      } catch (error) {
        log.warn({ error }, 'a verified address could not be looked for: it is at the next command')
      }
    },
    async run(ctx) {
      if (match === null) return
      try {
        const found = await match(ctx)
        if (found === null) return
        const { joined, known, address } = found
        // Where they were known, or, where everybody would read it, on the other side.
        const [reader, other] = isPrivate(known) || !isPrivate(joined) ? [known, joined] : [joined, known]
        if (reader.place !== null && isPrivate(reader))
          await ctx.send('joined', reader.place, joinedMessage(reader, other, address))
        else ctx.log.warn({ account: keyOf(known.who.account) }, 'joined by e-mail, and nowhere to tell it in private')
      } catch (error) {
        if (ctx.attempt < ATTEMPTS)
          throw new HubError('UNAVAILABLE', 'who has which address could not be asked', { cause: error })
        // Nobody waits for this, so nobody reads of its failure: nothing is joined, and it is asked again on another day.
        ctx.log.warn({ error, account: keyOf(ctx.actor.account) }, 'nothing was joined: its address could not be asked')
      }
    },
  }
}

/** For the person alone. */
export function joinedMessage(reader: Party, other: Party, address: Match['address']): Message {
  const { account } = other.who
  const key = keyOf(account)
  const name = other.name.replace(/[`*_~[\]<>|\\]/g, '')
  const shown = name === account.id ? '' : `${name} `
  const line = `Your ${account.plugin} account ${shown}(\`${key}\`) was joined to you by the verified address ${address}.`
  const note = `Until you confirm it with /hub link it proves nothing for you and acts as ${UNPROVEN_ROLE} at most. Not you? Unlink it: it is never joined by e-mail again.`
  return {
    text: `${line.replaceAll('`', '')}\n${note}`,
    blocks: [
      { kind: 'text', markdown: line },
      { kind: 'note', markdown: note },
      {
        kind: 'actions',
        items: [
          { kind: 'button', label: 'Unlink', run: `hub unlink ${key}` },
          { kind: 'button', label: 'Who am I?', run: 'hub whoami' },
        ],
      },
    ],
    only: reader.who.account,
    secret: true,
  }
}
