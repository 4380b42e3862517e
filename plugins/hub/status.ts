import { z } from 'zod'
import {
  type Binding,
  type Bindings,
  type Block,
  type Budget,
  type Command,
  defineCommand,
  type Message,
  type Model,
  type Operations,
  type Workload,
} from '#contract'
import { rulesText, trackersHere } from './rules.ts'
import { count, plainName } from './text.ts'

export interface StatusPorts {
  readonly operations: () => Operations
  readonly model: () => Model | null
  readonly budget: () => Budget | null
  readonly bindings: () => Bindings
}

/** How the hub is doing, with the command that shows each thing that needs a person. */
export function statusCommand(ports: StatusPorts): Command {
  return defineCommand({
    name: 'hub status',
    summary: 'Show how the hub is doing: adapters, queue, messages, model',
    args: z.object({}),
    examples: ['hub status'],
    allow: 'member',
    private: true,
    sideEffects: 'none',
    async run(_args, ctx) {
      const { workspace } = ctx
      const operations = ports.operations()
      const load = await operations.workload(workspace)
      return statusMessage({
        mode: operations.mode,
        adapters: operations.adapters(),
        // This command is one of the running jobs, and not what is asked about.
        load: { ...load, runningJobs: Math.max(0, load.runningJobs - 1) },
        model: ports.model()?.nameOf('main') ?? null,
        budget: ports.budget()?.peek(workspace) ?? null,
        trackers: await trackersHere(ports.bindings(), ctx),
      })
    },
  })
}

interface Status {
  readonly mode: Operations['mode']
  readonly adapters: ReturnType<Operations['adapters']>
  readonly load: Workload
  readonly model: string | null
  readonly budget: ReturnType<Budget['peek']> | null
  /** Of the project of this channel, with the rules by which the hub acts there. */
  readonly trackers: readonly Pick<Binding, 'label' | 'rules'>[]
}

export function statusMessage({ mode, adapters, load, model, budget, trackers }: Status): Message {
  const attention = attentionOf(load)
  const items = [
    { label: 'Queue', value: queueOf(load) },
    { label: 'Messages', value: outboxOf(load) },
    { label: 'Model', value: model ?? 'none configured: drafts are made offline' },
    ...(budget && model ? [{ label: 'Model budget today', value: budgetOf(budget) }] : []),
    { label: 'Store', value: mode.name },
    ...trackers.map(({ label, rules }) => ({ label: plainName(label), value: rulesText(rules) || 'no rules' })),
  ]
  const title = attention.length === 0 ? 'All is well.' : 'Something needs a person:'
  const states = adapters.map(({ name, on, reason }) => [name, on ? 'on' : 'off', reason ?? ''] as const)
  const limits = mode.limits.map((limit) => `${mode.name}: ${limit}`)
  return {
    text: [
      title,
      ...attention,
      ...items.map(({ label, value }) => `${label}: ${value}`),
      ...states.map(([name, state, reason]) => `${name}: ${state}${reason && ` (${reason})`}`),
      ...limits,
    ]
      .join('\n')
      .replaceAll('`', ''),
    blocks: [
      { kind: 'text', markdown: [`**${title}**`, ...attention].join('\n') },
      { kind: 'fields', items },
      ...(states.length > 0 ? [{ kind: 'table', head: ['Adapter', 'State', 'Reason'], rows: states } as const] : []),
      ...limits.map((markdown): Block => ({ kind: 'note', markdown })),
    ],
  }
}

function attentionOf({ outbox, deadJobs }: Workload): string[] {
  const held = outbox.held ?? 0
  const dead = outbox.dead ?? 0
  return [
    ...(held > 0
      ? [`${messages(held)} held, because nobody can tell whether they arrived: ${cli('deliveries list --state held')}`]
      : []),
    ...(dead > 0 ? [`${messages(dead)} given up, with the reason: ${cli('deliveries list --state dead')}`] : []),
    ...(deadJobs > 0
      ? [
          `${count(deadJobs)} ${deadJobs === 1 ? 'job' : 'jobs'} given up, with the reason: ${cli('jobs list --state dead')}`,
        ]
      : []),
  ]
}
/** Typed on the hub's machine: only there can a person decide about them. */
const cli = (words: string) => `\`npm run hub -- ${words}\``
const messages = (n: number) => `${count(n)} ${n === 1 ? 'message' : 'messages'}`

function queueOf({ waitingJobs, runningJobs, oldestWaitingMs }: Workload): string {
  if (waitingJobs === 0 && runningJobs === 0) return 'empty'
  const age = oldestWaitingMs === null ? '' : `, the oldest for ${duration(oldestWaitingMs)}`
  return `${count(waitingJobs)} waiting${age}; ${count(runningJobs)} running`
}
function outboxOf({ outbox }: Workload): string {
  const states = Object.entries(outbox).filter(([, n]) => n > 0)
  return states.length === 0 ? 'all sent' : states.map(([state, n]) => `${count(n)} ${state}`).join(', ')
}
function budgetOf({ usedTokens, limitTokens }: ReturnType<Budget['peek']>): string {
  const share = limitTokens > 0 ? ` (${Math.round((100 * usedTokens) / limitTokens)} %)` : ''
  return `${count(usedTokens)} of ${count(limitTokens)} tokens${share}`
}
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
