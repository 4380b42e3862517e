import { Cron } from 'croner'
import { z } from 'zod'
import { HubError } from '#contract'
import { durationMs } from '../expression/duration.ts'
import { type Expression, readExpression } from '../expression/language.ts'
import { expressionsIn } from '../expression/template.ts'
import { ancestorsOf, findCycle } from './graph.ts'
import { type Definition, EVENTS, kindOf, STEP_KINDS, type Step, type Trigger } from './schema.ts'

export interface Problem {
  readonly path: readonly (string | number)[]
  readonly message: string
}
/** What exists beside the definition; null: not known here, so not checked. */
export interface Surroundings {
  readonly tasks: readonly string[] | null
  readonly workflows: readonly string[] | null
}
const ALWAYS = ['inputs', 'run', 'steps', 'event']

/** Everything that a schema cannot say. Pure. */
export function checkDefinition(definition: Definition, around: Surroundings): readonly Problem[] {
  const problems: Problem[] = []
  const add = (path: readonly (string | number)[], message: string) => problems.push({ path, message })
  const ids = Object.keys(definition.steps)
  if (ids.length === 0) add(['steps'], 'a workflow needs at least one step')
  if (ids.length > 200) add(['steps'], `${ids.length} steps: at most 200 are allowed`)

  for (const [id, step] of Object.entries(definition.steps)) {
    for (const problem of checkStep(step, around)) add(['steps', id, ...problem.path], problem.message)
    for (const [n, need] of step.needs.entries())
      if (!ids.includes(need)) add(['steps', id, 'needs', n], `there is no step called ${need}${nearest(need, ids)}`)
  }
  const cycle = findCycle(definition.steps)
  if (cycle) {
    add(['steps', cycle[0] ?? '', 'needs'], `the steps wait for each other: ${cycle.join(' → ')}`)
    return problems
  }
  for (const [id, step] of Object.entries(definition.steps)) {
    const before = ancestorsOf(definition, id)
    for (const { path, value, isExpression } of holders(step)) {
      const own = path[0] === 'forEach' || step.forEach === undefined ? [] : ['item', 'index']
      // A wait and what voids an approval look at the event that arrives.
      const names = [...ALWAYS, ...own]
      expressions(value, isExpression, ['steps', id, ...path], add, (expression, where) => {
        for (const name of expression.names.filter((one) => !names.includes(one)))
          add(where, `nothing is called ${name} here: there are ${names.join(', ')}`)
        for (const other of expression.steps) {
          const selfAfter = other === id && path[0] === 'compensate'
          if (!ids.includes(other)) add(where, `there is no step called ${other}${nearest(other, ids)}`)
          else if (!before.has(other) && !selfAfter) add(where, `${other} need not have ended yet: add it to needs`)
        }
      })
    }
  }
  definition.triggers.forEach((trigger, n) => {
    checkTrigger(trigger, ['triggers', n], add)
    for (const input of Object.keys(trigger.with))
      if (!(input in definition.inputs))
        add(['triggers', n, 'with', input], `the workflow has no input called ${input}`)
  })
  if (definition.concurrency)
    expressions(definition.concurrency.group, false, ['concurrency', 'group'], add, (expression, where) => {
      if (expression.steps.length > 0) add(where, 'no step has run yet when the group is chosen')
    })
  return problems
}

function checkStep(step: Step, around: Surroundings): readonly Problem[] {
  const problems: Problem[] = []
  const kinds = STEP_KINDS.filter((kind) => step[kind] !== undefined)
  if (kinds.length !== 1)
    problems.push({
      path: kinds.length > 1 ? [kinds[1] ?? ''] : [],
      message: `a step does one thing: ${kinds.length === 0 ? `give it one of ${STEP_KINDS.join(', ')}` : `it has ${kinds.join(' and ')}`}`,
    })
  const kind = kindOf(step)
  if (step.task !== undefined && around.tasks && !around.tasks.includes(step.task))
    problems.push({ path: ['task'], message: unknownTask(step.task, around.tasks) })
  const back = step.compensate
  if (back && (back.task === undefined) === (back.workflow === undefined))
    problems.push({ path: ['compensate'], message: 'a way back is one task or one workflow' })
  if (back?.task !== undefined && around.tasks && !around.tasks.includes(back.task))
    problems.push({ path: ['compensate', 'task'], message: unknownTask(back.task, around.tasks) })
  for (const [path, name] of [
    [['workflow'], step.workflow],
    [['compensate', 'workflow'], back?.workflow],
  ] as const)
    if (name !== undefined && around.workflows && !around.workflows.includes(name))
      problems.push({ path, message: `there is no workflow called ${name}${nearest(name, around.workflows)}` })
  if (Object.keys(step.with).length > 0 && kind !== 'task' && kind !== 'workflow')
    problems.push({ path: ['with'], message: `only a task or a workflow takes "with": put it into ${kind}` })
  if (step.reason !== undefined && kind !== 'gate')
    problems.push({ path: ['reason'], message: 'only a gate says a reason' })
  if (step.retry && ['gate', 'approval', 'wait', 'delay'].includes(kind))
    problems.push({ path: ['retry'], message: `a ${kind} is not tried again` })
  if (step.forEach !== undefined && ['gate', 'approval', 'wait', 'delay'].includes(kind))
    problems.push({
      path: ['forEach'],
      message: `a ${kind} cannot be repeated for each item: put it into a workflow of its own`,
    })
  if (step.timeout !== undefined && WORKS.includes(kind) && durationMs(step.timeout) > MAX_WORK_MS)
    problems.push({
      path: ['timeout'],
      message: `a ${kind} takes at most 9m: for longer work begin it, and wait for its event`,
    })
  for (const [path, event] of [
    [['wait', 'event'], step.wait?.event],
    [['approval', 'voidOn', 'event'], step.approval?.voidOn?.event],
  ] as const)
    if (event !== undefined && !EVENTS.some((one) => one === event) && !event.startsWith('workflow:'))
      problems.push({
        path,
        message: `nothing called ${event} ever happens: there are ${EVENTS.join(', ')} and workflow:<name>`,
      })
  if (step.model) {
    const wrong = whyNoSchema(step.model.schema)
    if (wrong !== null)
      problems.push({ path: ['model', 'schema'], message: `is no JSON Schema of an answer: ${wrong}` })
  }
  if (step.compensate && step.forEach !== undefined)
    problems.push({
      path: ['compensate'],
      message: 'a step with forEach cannot be taken back: put it into a workflow of its own',
    })
  return problems
}
const WORKS: readonly string[] = ['task', 'http', 'model', 'notify']
/** A job of the hub ends after ten minutes. */
const MAX_WORK_MS = 9 * 60_000
function whyNoSchema(schema: Parameters<typeof z.fromJSONSchema>[0]): string | null {
  try {
    z.fromJSONSchema(schema)
    return null
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
  }
}
const unknownTask = (name: string, tasks: readonly string[]) =>
  `no plugin that is on has a task called ${name}${nearest(name, tasks)}: see /workflow tasks`

function checkTrigger(
  trigger: Trigger,
  path: readonly (string | number)[],
  add: (path: readonly (string | number)[], message: string) => void,
): void {
  if ('schedule' in trigger) {
    try {
      const next = new Cron(trigger.schedule, { timezone: trigger.timezone, paused: true }).nextRuns(2)
      const [first, second] = next
      if (first && second && second.getTime() - first.getTime() < 60_000)
        add([...path, 'schedule'], 'runs more than once a minute: leave out the seconds')
    } catch (error) {
      const zone = Intl.supportedValuesOf('timeZone').includes(trigger.timezone) || trigger.timezone === 'UTC'
      const why = error instanceof Error ? error.message.replace(/^Cron\w+: /, '') : String(error)
      if (zone) add([...path, 'schedule'], `“${trigger.schedule}” is no cron line: ${why}`)
      else add([...path, 'timezone'], `there is no time zone called ${trigger.timezone}: write it like Europe/Berlin`)
    }
  }
  const condition = 'if' in trigger ? trigger.if : undefined
  const check = (expression: Expression, where: readonly (string | number)[]) => {
    for (const name of expression.names)
      if (name !== 'event') add(where, `nothing is called ${name} here: there is event`)
  }
  if (condition !== undefined) expressions(condition, true, [...path, 'if'], add, check)
  for (const [key, value] of Object.entries(trigger.with)) expressions(value, false, [...path, 'with', key], add, check)
}

/** Where a step holds expressions and templates. */
function holders(
  step: Step,
): readonly { readonly path: readonly string[]; readonly value: unknown; readonly isExpression: boolean }[] {
  const plain = (key: 'if' | 'gate' | 'forEach') =>
    step[key] === undefined ? [] : [{ path: [key], value: step[key], isExpression: true }]
  const { wait, model } = step
  return [
    ...plain('if'),
    ...plain('gate'),
    ...plain('forEach'),
    { path: ['reason'], value: step.reason, isExpression: false },
    { path: ['delay'], value: step.delay, isExpression: false },
    { path: ['with'], value: step.with, isExpression: false },
    { path: ['http'], value: step.http, isExpression: false },
    { path: ['notify'], value: step.notify, isExpression: false },
    { path: ['approval'], value: step.approval, isExpression: false },
    { path: ['model', 'data'], value: model?.data, isExpression: false },
    { path: ['compensate', 'with'], value: step.compensate?.with, isExpression: false },
    { path: ['wait', 'match'], value: wait?.match, isExpression: false },
    ...(wait?.if === undefined ? [] : [{ path: ['wait', 'if'], value: wait.if, isExpression: true }]),
  ]
}

function expressions(
  value: unknown,
  isExpression: boolean,
  path: readonly (string | number)[],
  add: (path: readonly (string | number)[], message: string) => void,
  check: (expression: Expression, path: readonly (string | number)[]) => void,
): void {
  if (!isExpression && typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) expressions(inner, false, [...path, key], add, check)
    return
  }
  try {
    const found = isExpression ? [readExpression(String(value))] : expressionsIn(value)
    for (const expression of found) check(expression, path)
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    add(path, error.message)
  }
}

function nearest(word: string, among: readonly string[]): string {
  const close = among.find((one) => one.startsWith(word.slice(0, 3)) || word.includes(one) || one.includes(word))
  return close === undefined ? '' : ` (did you mean ${close}?)`
}
