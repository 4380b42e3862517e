import { z } from 'zod'
import { type Command, type Context, defineCommand, HubError, type Place } from '#contract'
import { DEPLOYS } from '../card/places.ts'
import type { Desk } from '../desk.ts'
import type { Filter } from '../model.ts'
import { zoneOf } from '../settings/zone.ts'
import { parseOnce } from '../subscriptions/once.ts'
import { parseQuiet } from '../subscriptions/quiet.ts'
import { filterKeyOf, lasting, placeKeyOf, type Subscription } from '../subscriptions/store.ts'
import { mannerOf, sentenceOf } from '../subscriptions/words.ts'
import { allOr, environmentOrAll, filterOf, isOnly, keyOf, onlyField, serviceName } from './fields.ts'
import { button, buttons, table, toAsker } from './messages.ts'

const topicName = z.enum([DEPLOYS]).describe('What to hear of')
const DAY_MINUTES = 24 * 60

/** Who hears what where. The place is where it is typed: nobody makes the hub talk in a channel that they are not in. */
export function subscribeCommands(desk: Desk): readonly Command[] {
  return [
    defineCommand({
      name: 'hub subscribe',
      summary: 'Hear of deployments in this channel, one card for each or several in one message',
      args: z.object({
        topic: topicName,
        environment: environmentOrAll.refine((word) => !isOnly(word), {
          error: ({ input }) => `“${input}” is what to hear of it: write "hub subscribe deploys all ${input}"`,
        }),
        only: onlyField,
        service: serviceName.optional().meta({ flag: true }),
        once: z
          .string()
          .max(40)
          .optional()
          .meta({ flag: true })
          .describe(
            'One card of a service for each version, environment or day, or several such as version,environment',
          ),
        group: z
          .number()
          .int('must be whole minutes')
          .min(1, 'must be a minute or more')
          .max(DAY_MINUTES, 'must be a day or less')
          .optional()
          .meta({ flag: true })
          .describe('Minutes in which new ones are gathered into one message'),
        quiet: z
          .string()
          .max(20)
          .optional()
          .meta({ flag: true })
          .describe('Hours without new cards, such as 22:00-07:00; one message follows when they end'),
        zone: z.string().max(60).default('UTC').meta({ flag: true }).describe('Time zone of those hours and days'),
      }),
      examples: [
        'hub subscribe deploys production failed',
        'hub subscribe deploys all --quiet 22:00-07:00 --zone Europe/Berlin',
        'hub subscribe deploys staging live --service web --once version --group 30',
      ],
      allow: 'member',
      sideEffects: 'hub',
      async run({ environment, only, service, once, group, quiet, zone }, ctx) {
        const place = hereOf(ctx)
        const filter = filterOf(environment, only, service)
        const parts = once === undefined ? null : parseOnce(once)
        const hours = quiet === undefined ? { quietFrom: null, quietTo: null } : parseQuiet(quiet)
        const subscription: Subscription = {
          ...hours,
          workspace: ctx.workspace,
          topic: DEPLOYS,
          placeKey: placeKeyOf(place),
          filterKey: filterKeyOf(filter),
          filter,
          place,
          zone: quiet === undefined && !parts?.includes('day') ? null : zoneOf(zone),
          once: parts,
          groupMinutes: group ?? null,
          by: keyOf(ctx),
        }
        await desk.subscriptions().save(subscription)
        const manner = mannerOf(subscription)
        const unknown = await unknownPlace(desk, ctx.workspace, filter)
        return toAsker(
          ctx,
          `This channel hears of ${sentenceOf(subscription)}${manner === '' ? '' : `: ${manner}`}.${unknown}`,
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
        const wanted = environment === undefined ? undefined : allOr(environment)
        const gone = await desk.subscriptions().remove(ctx.workspace, DEPLOYS, placeKeyOf(hereOf(ctx)), wanted)
        if (gone === 0) return toAsker(ctx, 'This channel did not hear of them: see "hub subscriptions" for who does.')
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
        const rows = all.map((one) => [
          `${one.place.plugin}:${one.place.channel}`,
          sentenceOf(one),
          mannerOf(one) || 'at once',
          one.by,
        ])
        return {
          ...table('Subscriptions', ['Where', 'Hears of', 'How', 'By'], rows),
          only: ctx.actor.account,
        }
      },
    }),
  ]
}

/** A place that nobody deployed to may be one to come, or a slip of the keyboard. */
async function unknownPlace(desk: Desk, workspace: string, { environment, service }: Filter): Promise<string> {
  const known = await desk.store().newest(workspace, undefined)
  const hint = (what: string, word: string | null | undefined, names: readonly string[]) => {
    const all = [...new Set(names)].sort()
    return word == null || all.length === 0 || all.includes(word)
      ? ''
      : ` Nothing is known of the ${what} ${word} yet; there is ${all.slice(0, 10).join(', ')}.`
  }
  return [
    hint(
      'environment',
      environment,
      known.map((one) => one.environment),
    ),
    hint(
      'service',
      service,
      known.map((one) => one.service),
    ),
  ].join('')
}
function hereOf(ctx: Context): Place {
  if (!ctx.place) throw new HubError('INPUT_INVALID', 'Type this in the channel that shall hear of it')
  // A card belongs into the channel; the thread it was asked in is only where the answer goes.
  const { thread: _, ...channel } = lasting(ctx.place)
  return channel
}
