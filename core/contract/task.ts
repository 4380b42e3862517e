import type { Command } from './command.ts'
import type { Context } from './context.ts'
import { defineService, parseWith } from './define.ts'
import type { ArgsSchema, Awaitable, In, Out } from './schema.ts'

/**
 * Something a plugin can do for another, typed in and out: the steps of a workflow. It runs inside a durable job and may run again after a crash
 * with the same `ctx.jobId`, so what it does must be keyed by it.
 */
export interface Task<I extends ArgsSchema = ArgsSchema, O extends ArgsSchema = ArgsSchema> {
  /** '<plugin>.<verb>': 'github.dispatch'. */
  readonly name: string
  /** One line, in the imperative. */
  readonly summary: string
  readonly input: I
  readonly output: O
  readonly sideEffects: Command['sideEffects']
  run(input: Out<I>, ctx: Context): Awaitable<In<O>>
}
/** A task whose types were checked and erased; `run` checks what goes in and what comes out. */
export interface TaskHandler extends Omit<Task, 'run'> {
  run(input: unknown, ctx: Context): Promise<unknown>
}
/** @example tasks: [defineTask({ name: 'github.dispatch', summary: 'Start a workflow on GitHub Tasks', input, output, sideEffects: 'outside', run: async (input, ctx) => … })] */
export function defineTask<I extends ArgsSchema, O extends ArgsSchema>(task: Task<I, O>): TaskHandler {
  return {
    ...task,
    async run(input, ctx) {
      const result = await task.run(parseWith(task.input, input, task.name), ctx)
      return parseWith(task.output, result, `${task.name}: its result`)
    },
  }
}
/** Every task of every plugin that is on. */
export interface Tasks {
  readonly all: readonly TaskHandler[]
  get(name: string): TaskHandler | null
}
export const tasks = defineService<Tasks>('tasks')
