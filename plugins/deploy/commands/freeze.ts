import { z } from 'zod'
import { type Command, defineCommand, HubError } from '#contract'
import type { Desk } from '../desk.ts'
import { checkCron, describeFreeze, frozenUntil, MAX_FREEZE_HOURS } from '../settings/freeze.ts'
import type { NewFreeze } from '../settings/store.ts'
import { after, formatLocal, parseLocal, zoneOf } from '../settings/zone.ts'
import { clip } from '../text.ts'
import { allOr, environmentOrAll, sentence, serviceName } from './fields.ts'
import { button, buttons, table, toAsker } from './messages.ts'

const HOUR_MS = 3_600_000

export function freezeCommands(desk: Desk): readonly Command[] {
  return [
    defineCommand({
      name: 'deploy freeze',
      summary: 'Let nothing out for a time, once or again and again',
      args: z.object({
        environment: environmentOrAll,
        from: z
          .string()
          .max(20)
          .optional()
          .meta({ flag: true })
          .describe('Beginning, such as 2026-12-24T18:00; left out for now'),
        to: z.string().max(20).optional().meta({ flag: true }).describe('End, such as 2027-01-02'),
        cron: z
          .string()
          .max(100)
          .optional()
          .meta({ flag: true })
          .describe('Beginnings as a cron pattern, such as "0 16 * * 5"'),
        hours: z.coerce
          .number()
          .min(0.25)
          .max(MAX_FREEZE_HOURS)
          .optional()
          .meta({ flag: true })
          .describe('How long each of those lasts; whole days end by the clock on the wall'),
        zone: z.string().max(60).default('UTC').meta({ flag: true }).describe('Time zone, such as Europe/Berlin'),
        service: serviceName.optional().meta({ flag: true }),
        reason: sentence('Why, in a sentence').optional().meta({ rest: true }),
      }),
      examples: [
        'deploy freeze production --from 2026-12-24 --to 2027-01-02 --zone Europe/Zurich holidays',
        'deploy freeze all --cron "0 16 * * 5" --hours 64 --zone Europe/Berlin no deployments at weekends',
      ],
      allow: 'maintainer',
      sideEffects: 'hub',
      async run(args, ctx) {
        const zone = zoneOf(args.zone)
        const freeze: NewFreeze = {
          ...window(args, zone, desk.nowMs()),
          workspace: ctx.workspace,
          jobId: ctx.jobId,
          service: args.service ?? null,
          environment: allOr(args.environment),
          zone,
          reason: args.reason || 'no reason given',
          byName: ctx.actor.name,
        }
        const stored = await desk.settings().addFreeze(freeze)
        await ctx.audit('deploy-freeze', `F-${stored.number}`, { environment: args.environment })
        const text = `F-${stored.number}: ${args.environment} is frozen ${describeFreeze(stored)}. Rollbacks stay possible.`
        return {
          text,
          blocks: [
            { kind: 'text', markdown: clip(text, 500) },
            buttons(button('End it', `deploy unfreeze F-${stored.number}`)),
          ],
        }
      },
    }),
    defineCommand({
      name: 'deploy unfreeze',
      summary: 'End a freeze',
      args: z.object({
        id: z
          .string()
          .regex(/^f-?\d{1,9}$/i, 'must be the id of a freeze, such as F-3')
          .describe('Id of the freeze, such as F-3'),
      }),
      examples: ['deploy unfreeze F-3'],
      allow: 'maintainer',
      sideEffects: 'hub',
      async run({ id }, ctx) {
        const number = Number(/\d+/.exec(id)?.[0])
        const gone = await desk.settings().endFreeze(ctx.workspace, number)
        if (!gone) throw new HubError('NOT_FOUND', `There is no freeze F-${number}: see "deploy freezes"`)
        return toAsker(ctx, `F-${number} is over.`)
      },
    }),
    defineCommand({
      name: 'deploy freezes',
      summary: 'List freezes, those that hold now first',
      args: z.object({}),
      examples: ['deploy freezes'],
      allow: 'viewer',
      sideEffects: 'none',
      async run(_args, ctx) {
        const now = desk.nowMs()
        const all = await desk.settings().freezes(ctx.workspace, now)
        if (all.length === 0) return { text: 'Nothing is frozen, now or later.' }
        const rows = all
          .map((freeze) => ({ freeze, until: frozenUntil(freeze, now) }))
          .sort((a, b) => Number(b.until !== null) - Number(a.until !== null))
          .map(({ freeze, until }) => [
            `F-${freeze.number}`,
            [freeze.service ?? 'every service', freeze.environment ?? 'everywhere'].join(' → '),
            until === null ? describeFreeze(freeze) : `now, until ${formatLocal(until, freeze.zone)} ${freeze.zone}`,
            clip(freeze.reason, 60),
            freeze.byName,
          ])
        return table('Freezes', ['Id', 'What', 'When', 'Why', 'By'], rows)
      },
    }),
  ]
}

function window(
  {
    from,
    to,
    cron,
    hours,
  }: { from?: string | undefined; to?: string | undefined; cron?: string | undefined; hours?: number | undefined },
  zone: string,
  nowMs: number,
): Pick<NewFreeze, 'fromAt' | 'toAt' | 'cron' | 'durationMs'> {
  if (cron !== undefined) {
    if (from !== undefined || to !== undefined || hours === undefined)
      throw new HubError(
        'INPUT_INVALID',
        'A freeze that comes again has --cron and --hours, and neither --from nor --to',
      )
    checkCron(cron, zone, nowMs)
    return { cron, durationMs: hours * HOUR_MS, fromAt: null, toAt: null }
  }
  const fromMs = from === undefined ? nowMs : parseLocal(from, zone)
  const toMs =
    to === undefined ? (hours === undefined ? null : after(fromMs, hours * HOUR_MS, zone)) : parseLocal(to, zone)
  if (toMs === null)
    throw new HubError('INPUT_INVALID', 'Say how long: --to 2027-01-02, --hours 12, or --cron with --hours')
  if (toMs <= fromMs || toMs <= nowMs)
    throw new HubError(
      'INPUT_INVALID',
      `It would end ${formatLocal(toMs, zone)} ${zone}, before it begins: nothing would be frozen`,
    )
  return { cron: null, durationMs: null, fromAt: new Date(fromMs), toAt: new Date(toMs) }
}
