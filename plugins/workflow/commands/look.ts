import { z } from 'zod'
import { type Command, defineCommand, type Message } from '#contract'
import { planText } from '../plan/preview.ts'
import type { Ports } from '../ports.ts'
import { formatReference, type Snapshot, type Transition } from '../runs/run.ts'
import type { Listed } from '../runs/store.ts'
import { timelineJson, timelineMermaid, timelineText } from '../timeline.ts'
import { workflowName } from './run.ts'
import { code, paragraph, runOf } from './text.ts'

const RUNS = 15
/** What chat shows in one piece; the rest is a file. */
const MAX_SHOWN = 2_500

export function lookCommands(ports: () => Ports): readonly Command[] {
  return [
    defineCommand({
      name: 'workflow list',
      summary: 'List the workflows that can be started here',
      args: z.object({}),
      examples: ['workflow list'],
      allow: 'viewer',
      sideEffects: 'none',
      async run(_, ctx) {
        const all = await ports().catalogue.list(ctx.workspace)
        const rows = all.map(({ name, origin, about, problem }) => [
          name,
          origin,
          problem === null ? about : `not usable here: ${reasonOf(problem)}`,
        ])
        return table(
          'Workflow',
          rows,
          ['Workflow', 'From', 'What it does'],
          `Start one with ${code('/workflow run <name>')}, look at it with ${code('/workflow show <name>')}`,
        )
      },
    }),
    defineCommand({
      name: 'workflow tasks',
      summary: 'List what a step of a workflow can do',
      args: z.object({}),
      examples: ['workflow tasks'],
      allow: 'viewer',
      sideEffects: 'none',
      run() {
        const rows = ports()
          .tasks()
          .all.map(({ name, summary }) => [name, summary])
        return table(
          'Task',
          rows,
          ['Task', 'What it does'],
          'A step names one as `task`, with what goes in under `with`',
        )
      },
    }),
    defineCommand({
      name: 'workflow show',
      summary: 'Show a workflow: its plan and its source',
      args: z.object({ name: workflowName }),
      examples: ['workflow show release'],
      allow: 'viewer',
      sideEffects: 'none',
      async run({ name }, ctx) {
        const { definition, version, source, origin } = await ports().catalogue.find(ctx.workspace, name)
        const inputs = Object.entries(definition.inputs).map(
          ([input, spec]) => `${input}${spec.required && spec.default === undefined ? '' : '?'}: ${spec.type}`,
        )
        const plan = planText(definition)
        return {
          text: `${name} (${origin}, version ${version})\n${plan}`,
          blocks: [
            { kind: 'heading', text: `${name} · version ${version}` },
            {
              kind: 'text',
              markdown: [definition.description, `Inputs: ${inputs.join(', ') || 'none'}`].filter(Boolean).join('\n'),
            },
            { kind: 'code', text: plan.slice(0, MAX_SHOWN) },
            { kind: 'file', name: `${name}.yaml`, mediaType: 'application/yaml', text: source },
          ],
        }
      },
    }),
    defineCommand({
      name: 'workflow status',
      summary: 'Show the latest runs, or what happened in one',
      args: z.object({
        run: z.string().max(20).optional().describe('Run, such as WF-12'),
        format: z
          .enum(['text', 'mermaid', 'json'])
          .optional()
          .meta({ flag: true })
          .describe('How the timeline is written'),
      }),
      examples: ['workflow status', 'workflow status WF-12 --format mermaid'],
      allow: 'viewer',
      sideEffects: 'none',
      // Inputs and reasons of what was started in private are not for everybody.
      async source({ run }, ctx) {
        if (run === undefined) return null
        const { run: found, state } = await runOf(run, ctx, ports())
        const [place = null] = found.places
        return place === null ? null : { what: state.about.reference, place, author: found.startedBy }
      },
      async run({ run, format = 'text' }, ctx) {
        if (run === undefined) return latest(await ports().runs().latest(ctx.workspace, RUNS, ctx.place))
        const snapshot = await runOf(run, ctx, ports())
        const journal = await ports().runs().transitions(ctx.workspace, snapshot.run.id)
        if (format === 'text')
          return shown(
            snapshot.state.about.reference,
            timelineText(snapshot, journal, await namesOf(snapshot, journal, ports())),
            'txt',
            'text/plain',
          )
        if (format === 'mermaid')
          return shown(snapshot.state.about.reference, timelineMermaid(snapshot), 'mmd', 'text/plain', 'mermaid')
        return shown(
          snapshot.state.about.reference,
          timelineJson(snapshot, journal),
          'json',
          'application/json',
          'json',
        )
      },
    }),
  ]
}
/** Those who answered go by the name that they had then, others by the one they have now. */
async function namesOf(
  { run }: Snapshot,
  journal: readonly Transition[],
  ports: Ports,
): Promise<ReadonlyMap<string, string>> {
  const approvals = await ports.approvals().ofRun(null, run.workspace, run.id)
  const votes = await Promise.all(approvals.map((one) => ports.approvals().votes(null, one)))
  const names = new Map(votes.flat().map(({ voter, name }) => [voter, name]))
  for (const key of new Set(journal.flatMap(({ by }) => by ?? []))) {
    const id = key.slice(key.indexOf(':') + 1)
    if (key === run.startedBy.key || names.has(key)) continue
    const [one] = (await ports.directory().find(run.workspace, id)).filter(({ account }) => account.id === id)
    if (one) names.set(key, one.name)
  }
  return names
}
const reasonOf = (problem: string): string => problem.split('\n').slice(0, 2).at(-1) ?? problem

function table(what: string, rows: readonly (readonly string[])[], head: readonly string[], note: string): Message {
  if (rows.length === 0) return paragraph(`There is none yet: no plugin that is on brings a ${what.toLowerCase()}.`)
  return {
    text: rows.map((row) => row.join(' · ')).join('\n'),
    blocks: [
      { kind: 'table', head, rows },
      { kind: 'note', markdown: note },
    ],
  }
}
function latest(runs: readonly Listed[]): Message {
  if (runs.length === 0) return paragraph(`No run yet. See what there is with ${code('/workflow list')}`)
  const rows = runs.map(({ number, name, status, reason, startedByName }) => [
    formatReference(number),
    name,
    reason === null ? status : `${status}: ${reason.split('\n', 1)[0]}`,
    startedByName,
  ])
  return {
    text: rows.map((row) => row.join(' · ')).join('\n'),
    blocks: [{ kind: 'table', head: ['Run', 'Workflow', 'State', 'Started by'], rows }],
  }
}
function shown(reference: string, text: string, ending: string, mediaType: string, language?: string): Message {
  const cut = text.length > MAX_SHOWN
  return {
    text,
    blocks: [
      {
        kind: 'code',
        text: cut ? `…${text.slice(text.indexOf('\n', text.length - MAX_SHOWN))}` : text,
        ...(language === undefined ? {} : { language }),
      },
      ...(cut ? [{ kind: 'file', name: `${reference}.${ending}`, mediaType, text } as const] : []),
    ],
  }
}
