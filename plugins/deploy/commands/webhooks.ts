import { z } from 'zod'
import { type Command, type Context, defineCommand, HubError, type Message } from '#contract'
import { DEPLOYS, matches } from '../card/places.ts'
import type { Desk } from '../desk.ts'
import { addressOf, readUrl, resolveAll } from '../outgoing/address.ts'
import { type Outgoing, replayTo } from '../outgoing/jobs.ts'
import { parseReference } from '../reference.ts'
import { lasting } from '../subscriptions/store.ts'
import { count } from '../text.ts'
import { deploymentId, environmentOrAll, filterOf, keyOf, onlyField, serviceName } from './fields.ts'
import { table, toAsker } from './messages.ts'

const webhookId = z
  .string()
  .regex(/^w-?\d{1,9}$/i, 'must be the id of a webhook, such as W-1')
  .describe('Id of the webhook, such as W-1')
const HOUR_MS = 3_600_000
const numberOf = (id: string): number => Number(/\d+/.exec(id)?.[0])

/** Addresses outside that are told. An admin's: whatever the hub knows of deployments goes there. */
export function webhookCommands(outgoing: Outgoing, desk: Desk): readonly Command[] {
  const need = async (ctx: Context, id: string) => {
    const found = await outgoing.endpoints().find(ctx.workspace, numberOf(id))
    if (!found) throw new HubError('NOT_FOUND', `There is no webhook W-${numberOf(id)}: see "hub webhooks"`)
    return found
  }
  return [
    defineCommand({
      name: 'hub webhook add',
      summary: 'Tell an address outside of deployments, signed by Standard Webhooks',
      args: z.object({
        topic: z.enum([DEPLOYS]).describe('What to tell of'),
        environment: environmentOrAll,
        url: z.string().max(2000).describe('Address, such as https://example.com/hooks'),
        only: onlyField,
        service: serviceName.optional().meta({ flag: true }),
      }),
      examples: ['hub webhook add deploys production https://example.com/hooks'],
      allow: 'admin',
      private: true,
      sideEffects: 'hub',
      async run({ environment, url, only, service }, ctx) {
        const address = readUrl(url)
        await addressOf(address, outgoing.allowHosts, resolveAll)
        const endpoint = await outgoing.endpoints().add({
          workspace: ctx.workspace,
          jobId: ctx.jobId,
          topic: DEPLOYS,
          url: address.href,
          filter: filterOf(environment, only, service),
          by: keyOf(ctx),
          place: ctx.place && lasting(ctx.place),
        })
        const secret = await outgoing.secrets().create(ctx.workspace, endpoint.number, ctx.jobId)
        await ctx.audit('webhook-add', `W-${endpoint.number}`, { host: address.host })
        return secretMessage(
          ctx,
          `W-${endpoint.number} tells ${address.host}. Its signing secret, shown this once:`,
          secret,
        )
      },
    }),
    defineCommand({
      name: 'hub webhook rotate',
      summary: 'Make a new signing secret; both sign for a day. Also starts a webhook that was stopped',
      args: z.object({ id: webhookId }),
      examples: ['hub webhook rotate W-1'],
      allow: 'admin',
      private: true,
      sideEffects: 'hub',
      async run({ id }, ctx) {
        const { number } = await need(ctx, id)
        const secret = await outgoing.secrets().rotate(ctx.workspace, number, ctx.jobId, outgoing.nowMs())
        await outgoing.endpoints().resume(ctx.workspace, number)
        await ctx.audit('webhook-rotate', `W-${number}`)
        return secretMessage(
          ctx,
          `W-${number} signs with a new secret, and for a day with the old one as well:`,
          secret,
        )
      },
    }),
    defineCommand({
      name: 'hub webhook replay',
      summary:
        'Tell an address again: one deployment, or all that changed lately. Also starts a webhook that was stopped',
      args: z.object({
        id: webhookId,
        deployment: deploymentId.optional(),
        hours: z
          .number()
          .int('must be whole hours')
          .min(1, 'must be an hour or more')
          .max(720, 'must be 720 or less')
          .default(72)
          .meta({ flag: true })
          .describe('Without a deployment: all that changed in so many hours'),
      }),
      examples: ['hub webhook replay W-1 D-12', 'hub webhook replay W-1 --hours 24'],
      allow: 'admin',
      private: true,
      sideEffects: 'outside',
      async run({ id, deployment, hours }, ctx) {
        const { workspace } = ctx
        const endpoint = await need(ctx, id)
        const rows =
          deployment === undefined
            ? await desk.store().changedSince(workspace, outgoing.nowMs() - hours * HOUR_MS)
            : [await desk.store().get(workspace, parseReference(deployment))]
        const wanted = deployment === undefined ? rows.filter((row) => matches(endpoint.filter, row)) : rows
        await outgoing.endpoints().resume(workspace, endpoint.number)
        const verified = await desk.store().verified(
          workspace,
          wanted.map((row) => row.number),
        )
        for (const row of wanted) await replayTo(endpoint, row, verified.get(row.number), ctx)
        await ctx.audit('webhook-replay', `W-${endpoint.number}`, { messages: wanted.length })
        const host = new URL(endpoint.url).host
        return toAsker(
          ctx,
          wanted.length === 0
            ? `Nothing that W-${endpoint.number} wants to hear changed in ${count(hours, 'hour')}.`
            : `${host} is told of ${count(wanted.length, 'deployment')} as ${wanted.length === 1 ? 'it stands' : 'they stand'} now, with the ids it may know.`,
        )
      },
    }),
    defineCommand({
      name: 'hub webhook remove',
      summary: 'Tell an address no more',
      args: z.object({ id: webhookId }),
      examples: ['hub webhook remove W-1'],
      allow: 'admin',
      private: true,
      sideEffects: 'hub',
      async run({ id }, ctx) {
        const { number } = await need(ctx, id)
        await outgoing.endpoints().remove(ctx.workspace, number)
        await outgoing.secrets().forget(ctx.workspace, number)
        await ctx.audit('webhook-remove', `W-${number}`)
        return toAsker(ctx, `W-${number} is told no more.`)
      },
    }),
    defineCommand({
      name: 'hub webhooks',
      summary: 'List the addresses outside that are told',
      args: z.object({}),
      examples: ['hub webhooks'],
      allow: 'admin',
      private: true,
      sideEffects: 'none',
      async run(_args, ctx) {
        const all = await outgoing.endpoints().list(ctx.workspace, DEPLOYS)
        if (all.length === 0) return { text: 'No address outside is told of anything.', only: ctx.actor.account }
        const rows = all.map(({ number, url, filter, stopped, failure }) => [
          `W-${number}`,
          new URL(url).host,
          filter.environment ?? 'all',
          filter.states?.join(', ') ?? 'every state',
          stopped !== null ? `stopped: ${stopped}` : failure === null ? 'on' : `on, and tries again: ${failure}`,
        ])
        return { ...table('Webhooks', ['Id', 'Host', 'Environment', 'States', 'State'], rows), only: ctx.actor.account }
      },
    }),
  ]
}

function secretMessage(ctx: Context, lead: string, secret: string): Message {
  return {
    text: `${lead}\n${secret}`,
    blocks: [
      { kind: 'text', markdown: lead },
      { kind: 'code', text: secret },
    ],
    only: ctx.actor.account,
    secret: true,
  }
}
