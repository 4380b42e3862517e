import { z } from 'zod'
import { type Command, type Context, defineCommand, HubError, type MailStop, type Message } from '#contract'
import type { Codes } from '../codes.ts'
import { channelOf, type Desk, ownerOf, type Target, targetOf } from '../desk.ts'
import type { Subscription } from '../store.ts'
import { nextDue, type Rhythm, windowBegin } from '../windows.ts'
import { parseWish, rhythmWords, type Wish } from '../words.ts'
import { forAsker, listing, quoted } from './answer.ts'
import { stoppedAnswer } from './stopped.ts'

const DEFAULT: Rhythm & { readonly quiet: 'silent' | 'line' } = {
  cadence: 'daily',
  weekday: 1,
  atMinute: 8 * 60,
  zone: 'UTC',
  quiet: 'silent',
}
export function subscribeCommands(desk: Desk, codes: Codes): readonly Command[] {
  return [
    defineCommand({
      name: 'digest subscribe',
      summary: 'Get a digest of what was deployed, daily or weekly',
      args: z.object({
        when: z
          .string()
          .max(300)
          .optional()
          .meta({ rest: true })
          .describe('When: daily or weekly, at an hour of your time zone'),
        to: z.string().max(254).optional().meta({ flag: true }).describe('A mail address, or here for this channel'),
        quiet: z
          .enum(['silent', 'line'])
          .optional()
          .meta({ flag: true })
          .describe('What comes when nothing was deployed: silent is nothing'),
        again: z
          .boolean()
          .optional()
          .meta({ flag: true })
          .describe('Although mail there came back, or was reported as unwanted'),
      }),
      examples: [
        'digest subscribe',
        'digest subscribe daily at 08:00 zone Europe/Vienna',
        'digest subscribe weekly on friday at 16:00 zone America/New_York --to here',
        'digest subscribe --quiet line --to ann@example.com daily at 7am',
      ],
      allow: 'member',
      private: true,
      sideEffects: 'hub',
      async run({ when, to, quiet, again }, ctx) {
        const words = parseWish(when ?? '')
        const wish: Wish = { ...words, ...(to === undefined ? {} : { to }), ...(quiet === undefined ? {} : { quiet }) }
        const target = await targetOf(desk, ctx, wish.to)
        const stop = target.address === null ? null : ((await desk.mail()?.stopped(target.address)) ?? null)
        if (stop && again !== true && words.again !== true) {
          const more = `${quiet === undefined ? '' : ` --quiet ${quiet}`}${when === undefined ? '' : ` ${when}`}`
          return stoppedAnswer(ctx, target.label, stop, more)
        }
        return subscribe(desk, codes, ctx, wish, target, stop)
      },
    }),
    defineCommand({
      name: 'digest confirm',
      summary: 'Confirm a mail address with the code that was mailed to it',
      args: z.object({ code: z.string().max(40).describe('Code from the mail') }),
      examples: ['digest confirm k7mwp3xq'],
      allow: 'member',
      private: true,
      sideEffects: 'hub',
      run: ({ code }, ctx) => confirm(desk, codes, ctx, code),
    }),
  ]
}
async function subscribe(
  desk: Desk,
  codes: Codes,
  ctx: Context,
  wish: Wish,
  target: Target,
  stop: MailStop | null,
): Promise<Message> {
  const { workspace } = ctx
  const owner = ownerOf(ctx)
  const before = await desk.store().ofRecipient(workspace, target.recipient)
  const isMine = before?.owner === owner || target.isVerified
  if (before?.state === 'active' && !isMine)
    throw new HubError('CONFLICT', `${target.label} gets a digest already, subscribed by ${before.ownerName}`)
  // Whoever complained is not written to because somebody else asks.
  if (stop?.by === 'complaint' && !isMine)
    throw new HubError(
      'FORBIDDEN',
      `Mail to ${target.label} was reported as unwanted: only whoever owns that mailbox can subscribe it again`,
    )
  const { to: _to, again: _again, ...wanted } = wish
  const { cadence, weekday, atMinute, zone, quiet } = { ...DEFAULT, ...before, ...wanted }
  const rhythm = { cadence, weekday, atMinute, zone }
  const dueMs = nextDue(desk.now(), rhythm)
  // Whose mailbox was closed, or who left by the link in a mail, says once more that mail is wanted there.
  const isTrusted = target.isVerified && before?.state !== 'stopped'
  const isOpen = target.address === null || (stop === null && (before?.state === 'active' || isTrusted))
  const id = await desk.store().save({
    workspace,
    recipient: target.recipient,
    address: target.address,
    label: target.address === null ? `channel ${target.place.channel}` : target.label,
    place: target.place,
    ...rhythm,
    quiet,
    state: isOpen ? 'active' : 'unconfirmed',
    owner,
    ownerName: ctx.actor.name,
    askedAt: ctx.place && channelOf(ctx.place),
    coveredUntil: before?.state === 'active' ? before.coveredUntil : new Date(windowBegin(dueMs, rhythm)),
    dueAt: isOpen ? new Date(dueMs) : null,
  })
  const said = `${target.address === null ? 'This channel' : target.label} gets a digest ${rhythmWords(rhythm)}`
  const hint =
    zone === 'UTC' && wish.zone === undefined ? 'In your own time: `/digest subscribe zone Europe/Vienna`.' : ''
  if (isOpen) return done(ctx, target, said, hint)
  await mailCode(codes, ctx, id, target)
  return forAsker(
    ctx,
    `A code is on its way to ${quoted(target.label)}. Type it here: ${quoted('/digest confirm <code>')}`,
    [{ kind: 'note', markdown: `Then ${said}. The code is good for 30 minutes. ${hint}`.trim() }],
  )
}
function done(ctx: Context, target: Target, said: string, hint: string): Message {
  const where = target.address === null ? 'here' : target.label
  return forAsker(ctx, `${said}.`, [
    ...(hint === '' ? [] : [{ kind: 'note', markdown: hint } as const]),
    {
      kind: 'actions',
      items: [
        { kind: 'button', label: 'Preview', run: 'digest preview', style: 'primary' },
        { kind: 'button', label: 'Unsubscribe', run: `digest unsubscribe --to ${where}` },
      ],
    },
  ])
}
async function mailCode(codes: Codes, ctx: Context, id: string, target: Target): Promise<void> {
  const code = await codes.issue(id, ctx.jobId)
  await ctx.send('code', target.place, {
    text: `Your code: ${code}`,
    blocks: [
      { kind: 'heading', text: 'Confirm this address' },
      { kind: 'text', markdown: `Type this where you subscribed: ${quoted(`/digest confirm ${code}`)}` },
      {
        kind: 'note',
        markdown:
          'It is good for 30 minutes. Somebody asked for a digest of deployments to be mailed here; if it was not you, do nothing.',
      },
    ],
    secret: true,
  })
}
async function confirm(desk: Desk, codes: Codes, ctx: Context, typed: string): Promise<Message> {
  const { workspace, jobId } = ctx
  const mine = await desk.store().ofOwner(workspace, ownerOf(ctx))
  const doneBefore = await desk.kv.get(`confirmed:${jobId}`)
  for (const one of mine) {
    const isRight = one.id === doneBefore || (one.state === 'unconfirmed' && (await codes.check(one.id, typed)))
    if (!isRight) continue
    await desk.kv.set(`confirmed:${jobId}`, one.id, 3_600_000)
    if (one.address !== null) await desk.mail()?.reopen(one.address)
    await activate(desk, one)
    await codes.forget(one.id)
    return forAsker(ctx, `${quoted(one.label)} is confirmed.`, listing([{ ...one, state: 'active', stopped: null }]))
  }
  throw new HubError(
    'INPUT_INVALID',
    'That is not the code, or it is older than 30 minutes: subscribe again for a new one',
  )
}
async function activate(desk: Desk, one: Subscription): Promise<void> {
  await desk.store().activate(one.workspace, one.id, new Date(nextDue(desk.now(), one)))
}
