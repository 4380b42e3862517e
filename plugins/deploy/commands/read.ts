import { z } from 'zod'
import { type Command, type DeliveryMeasures, defineCommand, type Message } from '#contract'
import { storyLine } from '../card/render.ts'
import { cardOf } from '../card/show.ts'
import type { Desk } from '../desk.ts'
import type { Standing } from '../history/store.ts'
import { formatReference, parseReference } from '../reference.ts'
import type { Row } from '../rows.ts'
import { clip, count, duration, plain, shortSha } from '../text.ts'
import { viewOf } from '../view.ts'
import { deploymentId, environmentName, serviceName } from './fields.ts'
import { button, buttons, table } from './messages.ts'

const DAY_MS = 86_400_000
const MOST_ROWS = 25

export function readCommands(desk: Desk): readonly Command[] {
  return [
    defineCommand({
      name: 'deploy status',
      summary: 'Show what is live where, and what is under way',
      args: z.object({ service: serviceName.optional() }),
      examples: ['deploy status', 'deploy status web'],
      allow: 'viewer',
      sideEffects: 'none',
      async run({ service }, ctx) {
        const rows = await desk.store().newest(ctx.workspace, service)
        if (rows.length === 0) return nothing(service)
        const lines = rows
          .slice(0, MOST_ROWS)
          .map((row) => [row.service, row.environment, ...standing(row, desk.nowMs())])
        return table(service ?? 'Deployments', ['Service', 'Environment', 'State', 'What', 'When', 'Id'], lines)
      },
    }),
    defineCommand({
      name: 'deploy history',
      summary: 'List the deployments of a service, newest first',
      args: z.object({ service: serviceName, environment: environmentName.optional() }),
      examples: ['deploy history web', 'deploy history web production'],
      allow: 'viewer',
      sideEffects: 'none',
      async run({ service, environment }, ctx) {
        const where = environment === undefined ? { service } : { service, environment }
        const rows = await desk.store().list(ctx.workspace, { ...where, limit: MOST_ROWS })
        if (rows.length === 0) return nothing(service)
        const lines = rows.map((row) => [row.environment, ...standing(row, desk.nowMs()), row.byName ?? ''])
        return table(
          `${service}${environment ? ` → ${environment}` : ''}`,
          ['Environment', 'State', 'What', 'When', 'Id', 'By'],
          lines,
        )
      },
    }),
    defineCommand({
      name: 'deploy show',
      summary: 'Show all that is known of a deployment',
      args: z.object({ id: deploymentId }),
      examples: ['deploy show D-12'],
      allow: 'viewer',
      sideEffects: 'none',
      async run({ id }, ctx) {
        const row = await desk.store().get(ctx.workspace, parseReference(id))
        return details(desk, row)
      },
    }),
    defineCommand({
      name: 'deploy measures',
      summary: 'Show how well delivery goes: frequency, lead time, failures, time to restore',
      args: z.object({
        days: z.coerce.number().int().min(1).max(365).default(30).meta({ flag: true }).describe('How far back'),
        service: serviceName.optional(),
      }),
      examples: ['deploy measures', 'deploy measures web --days 90'],
      allow: 'viewer',
      sideEffects: 'none',
      async run({ days, service }, ctx) {
        const now = desk.nowMs()
        const all = await desk.measures()(ctx.workspace, now - days * DAY_MS, now + 1)
        const rows = all.filter((one) => service === undefined || one.service === service)
        if (rows.length === 0)
          return {
            text: `No deployment to production ended in the last ${count(days, 'day')}${service ? ` for ${service}` : ''}.`,
          }
        const head = ['Service', 'Deployments', 'Per day', 'Lead time', 'Failed', 'Restored in']
        return table(`Delivery to production, ${count(days, 'day')}`, head, rows.slice(0, MOST_ROWS).map(measureRow))
      },
    }),
  ]
}

const UNKNOWN = 'unknown'
function measureRow(one: DeliveryMeasures): string[] {
  const time = (ms: number | null) => (ms === null ? UNKNOWN : duration(ms))
  return [
    one.service,
    String(one.deployments),
    one.perDay.toFixed(one.perDay < 1 ? 2 : 1),
    time(one.medianLeadTimeMs),
    one.failureRate === null ? UNKNOWN : `${Math.round(one.failureRate * 100)} %`,
    time(one.medianRestoreMs),
  ]
}

function standing(row: Standing, nowMs: number): string[] {
  const what = [row.ref, row.sha ? shortSha(row.sha) : null].filter((part) => part !== null).join(' @ ')
  const since = nowMs - (row.finishedAt ?? row.startedAt).getTime()
  return [row.state, clip(what, 40), `${duration(Math.max(0, since))} ago`, formatReference(row.number)]
}
function nothing(service: string | undefined): Message {
  const what = service === undefined ? 'No deployment is known yet' : `No deployment of ${service} is known`
  const text = `${what}. Report them to POST /api/v1/deployments, bind a repository with /hub bind, or start one with /deploy.`
  return {
    text,
    blocks: [{ kind: 'text', markdown: plain(text) }, buttons(button('How to deploy', 'hub help deploy'))],
  }
}

async function details(desk: Desk, row: Row): Promise<Message> {
  const { card: _, ...short } = await cardOf(desk, row)
  const verified = await desk.store().verified(row.workspace, [row.number])
  const { stories, commits, reference } = viewOf(row, verified.get(row.number))
  const criteria = stories.flatMap((story) => [
    storyLine(story),
    ...story.criteria.map((c) => `  ${c.verified ? '✓' : '○'} ${c.id} ${clip(c.title, 90)}`),
  ])
  const open = stories.flatMap((s) =>
    s.criteria.filter((c) => !c.verified).map((c) => ({ story: s.reference, id: c.id })),
  )
  const log = commits.map((c) => `${shortSha(c.sha)} ${clip(c.message, 100)} (${c.author})`)
  const settings = await desk.settings().service(row.workspace, row.service)
  const unknown = settings
    ? []
    : [`${row.service} was only reported: "deploy service ${row.service} …" tells the hub how to deploy it.`]
  return {
    text: [short.text, ...log, ...criteria, ...unknown].join('\n'),
    blocks: [
      ...(short.blocks ?? []).filter((block) => block.kind !== 'actions'),
      ...(log.length > 0 ? [{ kind: 'code' as const, text: log.join('\n') }] : []),
      ...(criteria.length > 0 ? [{ kind: 'code' as const, text: criteria.join('\n') }] : []),
      ...(unknown.length > 0 ? [{ kind: 'note' as const, markdown: unknown.map(plain).join('\n') }] : []),
      ...(open.length > 0 && row.state === 'succeeded'
        ? [
            buttons(
              ...open
                .slice(0, 4)
                .map(({ story, id }) => button(`${story} ${id} holds`, `deploy verify ${reference} ${story} ${id}`)),
            ),
          ]
        : []),
    ],
  }
}
