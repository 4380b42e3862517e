import { z } from 'zod'
import type { CommandInput, Context, Field, KeyValue, Message, Place } from '#contract'
import type { CommandCatalog, Resolution, Values } from './catalog.ts'

/** A form nobody finished in this time is forgotten. */
const OPEN_MS = 30 * 60_000
const MENTION = /^\s*@hub[:,]?\s+/i

/** An open form: what is known, what is still to be asked, and the job that brought it here. */
const openForm = z.object({
  command: z.string(),
  values: z.record(z.string(), z.string()),
  asks: z.array(z.string()),
  /** Of `asks`, the one that waits for an answer; as many as there are when all were answered. */
  at: z.number().int().min(0),
  jobId: z.string(),
})
type OpenForm = z.infer<typeof openForm>
type Invalid = Extract<Resolution, { kind: 'invalid' }>

export type Answered = { readonly message: Message } | { readonly input: CommandInput }
export interface GuidedForms {
  /** What a line means to the form its writer has open there; null when there is none, and the line is like any other. */
  answer(typed: CommandInput, ctx: Context): Promise<Answered | null>
  /** Asks for what a command lacks, where the platform has no forms; null where it has, or where asking cannot cure it. */
  begin(invalid: Invalid, ctx: Context): Promise<Message | null>
}

/**
 * Forms on platforms without any: one question for each message, in the thread where the command was typed. Open for its asker alone, kept sealed
 * in the database, and safe to repeat: a job that runs again finds what it did.
 */
export function createGuidedForms(deps: {
  readonly kv: KeyValue
  readonly catalog: CommandCatalog
  /** No forms, and plain words are heard. */
  canAsk(plugin: string): boolean
}): GuidedForms {
  const { kv, catalog } = deps
  const keyFor = (place: Place, { actor }: Context) =>
    JSON.stringify([
      place.workspace,
      place.plugin,
      place.channel,
      place.thread ?? '',
      actor.account.plugin,
      actor.account.id,
    ])
  const guidedPlace = ({ place }: Context) => (place && deps.canAsk(place.plugin) ? place : null)
  const fieldOf = ({ command }: OpenForm, name: string | undefined): Field | undefined =>
    catalog.commands.find((c) => c.name === command)?.fields.find((f) => f.name === name)

  async function read(key: string): Promise<OpenForm | null> {
    const parsed = openForm.safeParse(await kv.get(key))
    return parsed.success ? parsed.data : null
  }
  const question = (form: OpenForm, problem: string | null): Message => {
    const field = fieldOf(form, form.asks[form.at])
    const lines = [
      ...(problem ? [problem] : []),
      `Question ${form.at + 1} of ${form.asks.length}: ${field?.label ?? ''}`,
      ...(field?.description ? [field.description] : []),
      ...(field?.choices ? [`One of: ${field.choices.join(', ')}`] : []),
      ...(field?.kind === 'boolean' ? ['yes or no'] : []),
    ]
    const how = 'Write the answer here, or cancel to stop.'
    return {
      text: [...lines, how].join('\n'),
      asks: true,
      blocks: [
        { kind: 'text', markdown: lines.join('\n') },
        { kind: 'note', markdown: how },
      ],
    }
  }
  const problemWith = (form: OpenForm, values: Values, name: string): string | null =>
    catalog.check({ command: form.command, values }).find(({ field }) => field === name)?.message ?? null

  return {
    async begin({ command, problems, values }, ctx) {
      const place = guidedPlace(ctx)
      if (!place) return null
      const fields = catalog.commands.find((c) => c.name === command.name)?.fields ?? []
      const isWrong = (field: Field) => problems.some((p) => p.field === field.name)
      const asks = fields.filter((f) => isWrong(f) || (f.required && values[f.name] === undefined)).map((f) => f.name)
      if (asks.length === 0 || problems.some((p) => p.field === null)) return null
      const form: OpenForm = { command: command.name, values: { ...values }, asks, at: 0, jobId: ctx.jobId }
      await kv.set(keyFor(place, ctx), form, OPEN_MS)
      const first = problems.find((p) => p.field === asks[0])?.message ?? null
      return question(form, first?.endsWith('is missing.') ? null : first)
    },
    async answer(typed, ctx) {
      const place = guidedPlace(ctx)
      if (!place || typeof typed !== 'string') return null
      const key = keyFor(place, ctx)
      const form = await read(key)
      if (!form) return null
      const isAgain = form.jobId === ctx.jobId
      if (form.at >= form.asks.length) return isAgain ? { input: { command: form.command, values: form.values } } : null
      // The job that asked runs again: it asks again.
      if (isAgain) return { message: question(form, null) }
      const said = typed.replace(MENTION, '').trim()
      // Who types a command wants that command; the form stays open.
      if (said.startsWith('/')) return null
      if (said.toLowerCase() === 'cancel') {
        await kv.delete(key)
        return { message: { text: 'Cancelled; nothing was changed.' } }
      }
      const name = form.asks[form.at] ?? ''
      const values = { ...form.values, [name]: said }
      const problem = problemWith(form, values, name)
      if (problem !== null) return { message: question(form, problem) }
      const next: OpenForm = { ...form, values, at: form.at + 1, jobId: ctx.jobId }
      await kv.set(key, next, OPEN_MS)
      return next.at < next.asks.length
        ? { message: question(next, null) }
        : { input: { command: next.command, values } }
    },
  }
}
