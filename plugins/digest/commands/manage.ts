import { z } from 'zod'
import { type Command, type Context, defineCommand, HubError, type Message } from '#contract'
import { digestSend } from '../api.ts'
import { type Desk, hereOf, needDeployments, ownerOf, targetOf } from '../desk.ts'
import { renderDigest } from '../render.ts'
import type { Subscription } from '../store.ts'
import { windowBegin } from '../windows.ts'
import { forAsker, listing, quoted, shownAs } from './answer.ts'

const to = z.string().max(254).optional().meta({ flag: true }).describe('A mail address, or here for this channel')

const MAX_STOPPED = 50

export function manageCommands(desk: Desk): readonly Command[] {
  return [
    defineCommand({
      name: 'digest list',
      summary: 'Show your digests and that of this channel',
      args: z.object({}),
      examples: ['digest list'],
      allow: 'member',
      private: true,
      sideEffects: 'none',
      async run(_args, ctx) {
        const all = await minedAndHere(desk, ctx)
        if (all.length === 0) return none(ctx)
        return forAsker(ctx, '**Digests**', listing(all))
      },
    }),
    defineCommand({
      name: 'digest status',
      summary: 'Show which digests were stopped, and why',
      args: z.object({}),
      examples: ['digest status'],
      // Addresses of others stand in it.
      allow: 'maintainer',
      private: true,
      sideEffects: 'none',
      async run(_args, ctx) {
        const all = await desk.store().stopped(ctx.workspace, MAX_STOPPED)
        if (all.length === 0) return forAsker(ctx, 'No digest is stopped.')
        return forAsker(ctx, '**Stopped digests**', listing(all))
      },
    }),
    defineCommand({
      name: 'digest unsubscribe',
      summary: 'End a digest',
      args: z.object({ to }),
      examples: ['digest unsubscribe', 'digest unsubscribe --to here', 'digest unsubscribe --to ann@example.com'],
      allow: 'member',
      private: true,
      sideEffects: 'hub',
      async run({ to: where }, ctx) {
        const found = where === undefined ? await minedAndHere(desk, ctx) : [await namedOf(desk, ctx, where)].flat()
        if (found.length > 1) return askWhich(ctx, found)
        const [one] = found
        if (!one) return where === undefined ? none(ctx) : forAsker(ctx, `${quoted(where)} gets no digest.`)
        await desk.store().remove(ctx.workspace, [one.id])
        return forAsker(ctx, `No more digests go to ${name(one)}.`, [
          {
            kind: 'actions',
            items: [{ kind: 'button', label: 'Subscribe again', run: `digest subscribe --to ${where ?? nameOf(one)}` }],
          },
        ])
      },
    }),
    defineCommand({
      name: 'digest preview',
      summary: 'Show the digest of the last day or week, without sending it',
      args: z.object({
        cadence: z.enum(['daily', 'weekly']).optional().describe('Of the last day, or of the last week'),
      }),
      examples: ['digest preview', 'digest preview weekly'],
      allow: 'viewer',
      sideEffects: 'none',
      async run({ cadence }, ctx) {
        needDeployments(desk)
        const [mine] = await minedAndHere(desk, ctx)
        const zone = mine?.zone ?? 'UTC'
        const toMs = desk.now()
        const days = (cadence ?? mine?.cadence ?? 'daily') === 'daily' ? 1 : 7
        const content = await desk.read(ctx.workspace, toMs - days * 86_400_000, toMs)
        return renderDigest(content, { zone, note: `A preview, in the time of ${quoted(zone)}. Nothing was sent.` })
      },
    }),
    defineCommand({
      name: 'digest send',
      summary: 'Send a digest now, of the time until now',
      args: z.object({ to }),
      examples: ['digest send', 'digest send --to here'],
      allow: 'member',
      private: true,
      sideEffects: 'outside',
      async run({ to: where }, ctx) {
        needDeployments(desk)
        const all = where === undefined ? await minedAndHere(desk, ctx) : [await namedOf(desk, ctx, where)].flat()
        const active = all.filter(({ state }) => state === 'active')
        if (active.length === 0) return none(ctx)
        const toMs = desk.now()
        for (const one of active) {
          const payload = { subscription: one.id, fromMs: windowBegin(toMs, one), toMs, asked: true }
          await ctx.enqueue(digestSend, payload, { key: `${one.id}:${ctx.jobId}` })
        }
        return forAsker(ctx, `A digest is on its way to ${active.map(name).join(', ')}.`)
      },
    }),
  ]
}
const name = (one: Subscription): string => (one.address === null ? shownAs(one) : quoted(one.label))
const nameOf = ({ address }: Subscription): string => address ?? 'here'

async function minedAndHere(desk: Desk, ctx: Context): Promise<readonly Subscription[]> {
  const mine = await desk.store().ofOwner(ctx.workspace, ownerOf(ctx))
  const here = ctx.place && (await desk.store().ofRecipient(ctx.workspace, hereOf(ctx).recipient))
  // Channels elsewhere are ended there: from here nobody sees which one it is.
  const seen = mine.filter((one) => one.address !== null || one.id === here?.id)
  return here && !seen.some(({ id }) => id === here.id) ? [here, ...seen] : seen
}
/** Of a mailbox only its owner, or who subscribed it, may say anything. */
async function namedOf(desk: Desk, ctx: Context, where: string): Promise<Subscription | readonly never[]> {
  const target = await targetOf(desk, ctx, where)
  const found = await desk.store().ofRecipient(ctx.workspace, target.recipient)
  if (!found) return []
  if (target.isVerified || found.owner === ownerOf(ctx)) return found
  throw new HubError(
    'FORBIDDEN',
    `The digest of ${target.label} belongs to ${found.ownerName}: ask them, or use the link in the mail`,
  )
}
function none(ctx: Context): Message {
  return forAsker(ctx, 'You have no digest here.', [
    { kind: 'actions', items: [{ kind: 'button', label: 'Subscribe', run: 'digest subscribe', style: 'primary' }] },
  ])
}
function askWhich(ctx: Context, all: readonly Subscription[]): Message {
  return forAsker(ctx, 'Which one?', [
    {
      kind: 'actions',
      items: all.slice(0, 5).map((one) => ({
        kind: 'button',
        label: shownAs(one).slice(0, 60),
        run: `digest unsubscribe --to ${nameOf(one)}`,
      })),
    },
  ])
}
