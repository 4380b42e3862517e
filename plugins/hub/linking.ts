import { z } from 'zod'
import { type Command, type Context, defineCommand, type Links, type WorkspaceAccount } from '#contract'
import { code, paragraph } from './text.ts'

/** One person on several platforms: a code asked for as one account is typed as the other. */
export function linkCommands(links: () => Links): readonly Command[] {
  return [
    defineCommand({
      name: 'hub link',
      summary: 'Link your accounts on several platforms: get a code here, type it there',
      args: z.object({ code: z.string().max(40).optional().describe('Code from your other account') }),
      examples: ['hub link', 'hub link wx7k3pq2mnab4cde5f'],
      allow: 'viewer',
      private: true,
      sideEffects: 'hub',
      async run({ code: typed }, ctx) {
        const me = whoIs(ctx)
        const only = ctx.actor.account
        if (typed === undefined) {
          const issued = await links().challenge(me, ctx.actor.name)
          return {
            ...paragraph(
              `Type this as your other account within ${issued.minutes} minutes: ${code(`/hub link ${issued.code}`)}`,
              { kind: 'note', markdown: 'Keep it to yourself: whoever types it is linked to you. It is good once.' },
            ),
            only,
            secret: true,
          }
        }
        const other = await links().answer(me, typed, ctx.jobId)
        return {
          ...paragraph(
            `You are ${code(named(other))} too now. A link gives no rights: in each workspace you keep the role you have there.`,
            {
              kind: 'actions',
              items: [
                { kind: 'button', label: 'Who am I?', run: 'hub whoami' },
                { kind: 'button', label: 'Undo', run: `hub unlink ${named(other)}` },
              ],
            },
          ),
          only,
        }
      },
    }),
    defineCommand({
      name: 'hub unlink',
      summary: 'Take one of your accounts out of the link again',
      args: z.object({ account: z.string().max(200).describe('Account, such as slack:U0123') }),
      examples: ['hub unlink slack:U0123'],
      allow: 'viewer',
      private: true,
      sideEffects: 'hub',
      async run({ account }, ctx) {
        const gone = await links().unlink(whoIs(ctx), account)
        const names = gone.map((one) => code(named(one))).join(', ')
        return { ...paragraph(`${names} is not linked to you any more.`), only: ctx.actor.account }
      },
    }),
  ]
}

export const whoIs = (ctx: Context): WorkspaceAccount => ({ workspace: ctx.workspace, account: ctx.actor.account })
const named = ({ account }: WorkspaceAccount) => `${account.plugin}:${account.id}`
