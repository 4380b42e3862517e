import { type BindingDesk, type CommandCall, HubError, type KeyValue, type Message, type Person } from '#contract'
import { planSends } from './delivery/plan.ts'
import type { CommandCatalog } from './dispatch/catalog.ts'
import { continued } from './dispatch/continued.ts'
import { createGuidedForms } from './dispatch/guided.ts'
import { runCommand } from './dispatch/run.ts'
import type { Host } from './host/host.ts'
import { type EmailJob, emailJob } from './identity/email-job.ts'
import type { LookUpPerson } from './identity/lookup.ts'
import { foreignPerson, isRenamed, personFromRow } from './identity/person.ts'
import type { CoreDirectory } from './identity/store.ts'
import type { JobBody } from './jobs/context.ts'
import { failureMessage, type Handler } from './jobs/runner.ts'
import { scheduleHandlers } from './jobs/schedules.ts'
import type { FindContinuation } from './ledger/continuations.ts'
import type { Route } from './ledger/dispatch.ts'
import type { Outbox } from './ledger/outbox.ts'
import type { Secrets } from './store/secrets.ts'
import type { Sql } from './store/sql.ts'

/** Which jobs arrivals become, and who runs each kind. */
export interface Handling {
  readonly routes: readonly Route[]
  readonly handlers: ReadonlyMap<string, Handler>
  personFor(workspace: string, body: JobBody): Promise<Person>
  /** Tells the askers of jobs that died with their workers. */
  tellDied(ids: readonly string[], deps: { sql: Sql; outbox: Outbox; outlets: Host['channels'] }): Promise<void>
}

/** Attempts of commands and events, whose authors name none of their own. */
const ATTEMPTS = { maxAttempts: 8, backoffMs: 1000 } as const
/** Work that nobody asked for. */
const SYSTEM: Person = { id: 'system', name: 'system', role: 'admin', account: { plugin: 'hub', id: 'system' } }

export function handlersOf(deps: {
  host: Host
  catalog: CommandCatalog
  people: CoreDirectory
  /** Where open forms are kept. */
  formsKv: KeyValue
  bindings: Pick<BindingDesk, 'projectRole'>
  lookUp: LookUpPerson
  secrets: Secrets
  findContinuation: FindContinuation
  emails: EmailJob
}): Handling {
  const { host, catalog, people, lookUp, secrets } = deps
  const guided = createGuidedForms({
    kv: deps.formsKv,
    catalog,
    canAsk(plugin) {
      const can = host.channels.get(plugin)?.can
      return can !== undefined && !can.forms && can.plainWords !== false
    },
  })
  const grants = { ...people, projectRole: deps.bindings.projectRole }
  const handlers = new Map<string, Handler>()
  const routes: Route[] = [{ kind: 'command', job: 'command', ...ATTEMPTS }]

  const runTyped: Handler = async (body, { ctx, job }) => {
    const typed = body.input as CommandCall['input'] | undefined
    if (typed === undefined) throw new HubError('INPUT_INVALID', 'the stored command has no text')
    const answered = await guided.answer(typed, ctx)
    if (answered && 'message' in answered) return answered.message
    const input =
      answered?.input ?? (await continued({ typed, place: ctx.place, catalog, find: deps.findContinuation }))
    return runCommand({
      catalog,
      call: { input },
      person: ctx.actor,
      ctx,
      ask: guided.begin,
      grants,
      signConfirm: (text) => Buffer.from(secrets.sign('confirm', text), 'base64url').toString('hex'),
      receivedAtMs: Date.now() - job.waitedMs,
    })
  }
  handlers.set('command', async (body, running) => {
    const message = await runTyped(body, running)
    await deps.emails.ask(running.ctx)
    return message
  })
  handlers.set(emailJob.name, async (_body, { ctx }) => {
    await deps.emails.run(ctx)
    return undefined
  })
  for (const { plugin, part } of [...host.events, ...scheduleHandlers(host.schedules)]) {
    const job = `on:${part.event.name}:${plugin}`
    routes.push({ kind: part.event.name, job, ...ATTEMPTS })
    handlers.set(job, async (body, { ctx }) => {
      await part.run(body.payload, ctx)
      return undefined
    })
  }
  for (const { part } of host.jobs) handlers.set(part.job.name, async (body, { ctx }) => part.run(body.payload, ctx))

  /** A verified delivery connects its workspace: only installed apps can sign one. */
  const connected = new Set<string>()
  const personFor = async (workspace: string, body: JobBody): Promise<Person> => {
    const { actor } = body
    if (!actor) return SYSTEM
    if (!connected.has(workspace) && workspace.startsWith(`${actor.plugin}:`)) {
      const { defaultRole } = host.plugins.find(({ manifest }) => manifest.name === actor.plugin)?.manifest ?? {}
      await people.ensureWorkspace({ id: workspace, plugin: actor.plugin, name: workspace, defaultRole })
      connected.add(workspace)
    }
    const name = body.actorName?.trim() || undefined
    let row = await lookUp({ workspace, account: actor })
    if (row && name && isRenamed(workspace, row, actor, name)) {
      await people.personFor(workspace, actor, name)
      row = { ...row, name }
    }
    if (body.isForeign) return foreignPerson(row, actor, name)
    const known = row === null ? null : personFromRow(row, actor, name)
    return known ?? people.personFor(workspace, actor, name)
  }

  return {
    routes,
    handlers,
    personFor,
    async tellDied(ids, { sql, outbox, outlets }) {
      const rows = await sql.query<{ id: string; kind: string; error: string; fence: number; body: JobBody | null }>(
        `select j.id, j.kind, j.error, j.fence, coalesce(j.body, (select i.body from hub.inbox i where i.id = j.origin)) as body
         from hub.jobs j where j.id in (select value::uuid from json_array_elements_text($1::text::json))`,
        [JSON.stringify(ids)],
      )
      const sends = rows.flatMap(({ id, kind, error, fence, body }) => {
        const outlet = body?.place ? outlets.get(body.place.plugin) : undefined
        if (!body?.place || !outlet) return []
        const message: Message = failureMessage({ id, kind }, body, { message: error }, catalog.isPrivate)
        return planSends({ jobId: id, name: `failure-${fence}`, to: body.place, message }, outlet)
      })
      await outbox.insert(sends)
    },
  }
}
