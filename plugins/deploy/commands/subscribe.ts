import { z } from 'zod'
import { type Command, type Context, defineCommand, HubError, type Place } from '#contract'
import { DEPLOYS } from '../card/places.ts'
import type { Desk } from '../desk.ts'
import type { Filter } from '../model.ts'
import { zoneOf } from '../settings/zone.ts'
import { formatQuiet, parseQuiet } from '../subscriptions/quiet.ts'
import { filterKeyOf, lasting, placeKeyOf } from '../subscriptions/store.ts'
import { allOr, environmentOrAll, keyOf } from './fields.ts'
import { button, buttons, table, toAsker } from './messages.ts'

const topicName = z.enum([DEPLOYS]).describe('What to hear of')

/** Who hears what where. The place is where it is typed: nobody makes the hub talk in a channel that they are not in. */
export function subscribeCommands(desk: Desk): readonly Command[] {
  return [
    defineCommand({
      name: 'hub subscribe',
      summary: 'Hear of deployments in this channel, one card for each',
      args: z.object({
        topic: topicName,
        environment: environmentOrAll,
        only: z.enum(['failed']).optional().describe('Only those that fail or are taken back'),
        quiet: z
          .string()
          .max(20)
          .optional()
          .meta({ flag: true })
          .describe('Hours without new cards, such as 22:00-07:00'),
        zone: z.string().max(60).default('UTC').meta({ flag: true }).describe('Time zone of those hours'),
      }),
      examples: [
        'hub subscribe deploys production failed',
        'hub subscribe deploys all --quiet 22:00-07:00 --zone Europe/Berlin',
      ],
      allow: 'member',
      sideEffects: 'hub',
      async run({ environment, only, quiet, zone }, ctx) {
        const place = hereOf(ctx)
        const filter: Filter = { environment: allOr(environment), states: only === undefined ? null : [only] }
        const hours = quiet === undefined ? { quietFrom: null, quietTo: null } : parseQuiet(quiet)
        await desk.subscriptions().save({
          ...hours,
          workspace: ctx.workspace,
          topic: DEPLOYS,
          placeKey: placeKeyOf(place),
          filterKey: filterKeyOf(filter),
          filter,
          place,
          zone: quiet === undefined ? null : zoneOf(zone),
          by: keyOf(ctx),
        })
        const what = environment === 'all' ? 'every deployment' : `deployments to ${environment}`
        const calm = quiet === undefined ? '' : `, silent ${quiet} ${zone}`
        return toAsker(
          ctx,
          `This channel hears of ${what}${only ? ' that fail or are taken back' : ''}${calm}.`,
          buttons(button('Stop', `hub unsubscribe ${DEPLOYS} ${environment}`)),
        )
      },
    }),
    defineCommand({
      name: 'hub unsubscribe',
      summary: 'Hear no more of deployments in this channel',
      args: z.object({ topic: topicName, environment: environmentOrAll.optional() }),
      examples: ['hub unsubscribe deploys', 'hub unsubscribe deploys production'],
      allow: 'member',
      sideEffects: 'hub',
      async run({ environment }, ctx) {
        const key = placeKeyOf(hereOf(ctx))
        const remove = (filter: Filter | null) =>
          desk.subscriptions().remove(ctx.workspace, DEPLOYS, key, filter === null ? null : filterKeyOf(filter))
        if (environment === undefined) await remove(null)
        else for (const states of [null, ['failed' as const]]) await remove({ environment: allOr(environment), states })
        return toAsker(
          ctx,
          'This channel hears no more of them. Cards that stand here are kept up to date until they end.',
        )
      },
    }),
    defineCommand({
      name: 'hub subscriptions',
      summary: 'List who hears what where',
      args: z.object({}),
      examples: ['hub subscriptions'],
      allow: 'viewer',
      private: true,
      sideEffects: 'none',
      async run(_args, ctx) {
        const all = await desk.subscriptions().list(ctx.workspace, DEPLOYS)
        if (all.length === 0)
          return {
            text: 'Nobody subscribed here. Type "/hub subscribe deploys production" in a channel.',
            only: ctx.actor.account,
          }
        const rows = all.map(({ place, filter, zone, quietFrom, quietTo, by }) => [
          `${place.plugin}:${place.channel}`,
          filter.environment ?? 'all',
          filter.states?.join(', ') ?? 'every state',
          quietFrom === null || quietTo === null
            ? ''
            : `silent ${formatQuiet({ quietFrom, quietTo })} ${zone ?? 'UTC'}`,
          by,
        ])
        return {
          ...table('Subscriptions', ['Where', 'Environment', 'States', 'Hours', 'By'], rows),
          only: ctx.actor.account,
        }
      },
    }),
  ]
}

function hereOf(ctx: Context): Place {
  if (!ctx.place) throw new HubError('INPUT_INVALID', 'Type this in the channel that shall hear of it')
  // A card belongs into the channel; the thread it was asked in is only where the answer goes.
  const { thread: _, ...channel } = lasting(ctx.place)
  return channel
}
