import type { Command } from './command.ts'
import type { Context } from './context.ts'
import { HubError } from './errors.ts'
import type { EventHandler, EventType, Job, JobHandler } from './jobs.ts'
import type { Message } from './message.ts'
import type { Parts, Plugin, Provision, Service } from './plugin.ts'
import type { ArgsSchema, Awaitable, Out, Schema } from './schema.ts'

type KnownSecrets<C extends Schema> = { manifest: { secrets?: readonly (keyof Out<C> & string)[] } }

/**
 * Types a plugin's config and checks that its secrets are config keys.
 * @example export const acme = definePlugin({ manifest: { name: 'acme', …, config: z.object({ token: z.string() }), secrets: ['token'] }, setup: (hub) => ({}) })
 */
export function definePlugin<const C extends Schema>(plugin: Plugin<C> & KnownSecrets<C>): Plugin<C> {
  return plugin
}
/** A typed port. @example export const tracker = defineService<Tracker>('tracker') */
export function defineService<T>(name: string): Service<T> {
  return { name }
}
/** @example export const storyApproved = defineEvent('story.approved', z.object({ storyId: z.string() })) */
export function defineEvent<S extends Schema>(name: string, payload: S): EventType<S> {
  return { name, payload }
}
/** @example export const sync = defineJob({ name: 'docs.sync', payload: z.object({ repo: z.string() }), retry: { attempts: 8, backoffMs: 1000 } }) */
export function defineJob<P extends Schema>(job: Job<P>): Job<P> {
  return job
}
/** Erases the argument type after `run`, `confirm` and `announce` were checked against it. */
export function defineCommand<A extends ArgsSchema>(command: Command<A>): Command {
  return command as unknown as Command
}
/** Checks a value against a schema, or throws INPUT_INVALID that names each path. Async schemas are refused. */
export function parseWith<S extends Schema>(schema: S, value: unknown, what: string): Out<S> {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) throw new HubError('UNSUPPORTED', `${what}: asynchronous schemas are not supported`)
  if (result.issues) {
    const detail = result.issues.map((i) => {
      const path = (i.path ?? []).map((p) => String(typeof p === 'object' ? p.key : p)).join('.')
      return path ? `${path}: ${i.message}` : i.message
    })
    throw new HubError('INPUT_INVALID', `${what}: ${detail.join('; ')}`)
  }
  return result.value as Out<S>
}
/** @example handleEvent(issueUpdated, async (issue, ctx) => { … }) */
export function handleEvent<S extends Schema>(
  event: EventType<S>,
  run: (payload: Out<S>, ctx: Context) => Awaitable<void>,
): EventHandler {
  return { event, run: (payload, ctx) => run(parseWith(event.payload, payload, event.name), ctx) }
}
/** @example handleJob(sync, async ({ repo }, ctx) => ({ text: `Synced ${repo}` })) */
export function handleJob<P extends Schema>(
  job: Job<P>,
  run: (payload: Out<P>, ctx: Context) => Awaitable<Message | undefined>,
): JobHandler {
  return { job, run: (payload, ctx) => run(parseWith(job.payload, payload, job.name), ctx) }
}
/** @example provides: [provide(model, claude(config))] */
export function provide<T>(service: Service<T>, impl: NoInfer<T>): Provision {
  return { service, impl }
}
export type { Parts }
