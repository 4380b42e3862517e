import { describe, expect, it } from 'vitest'
import { loadObject, loadYaml } from './load.ts'
import { jsonSchema } from './schema.ts'

const AROUND = { tasks: ['github.run', 'deploy.start'], workflows: ['release'] }
const problemOf = (source: string): string => {
  try {
    loadYaml(source, AROUND)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('it was accepted')
}
const lines = (...all: string[]) => all.join('\n')

describe('a workflow with a mistake says where and how to cure it', () => {
  it.each([
    [
      'no YAML',
      lines('name: x', 'steps:', '  a: {task: github.run', '  b: 1'),
      /^The workflow is not valid:\nline [34]: /,
    ],
    [
      'a step twice',
      lines('name: x', 'steps:', '  a: {delay: 1s}', '  a: {delay: 2s}'),
      'line 4: Map keys must be unique',
    ],
    ['anchors', lines('name: x', 'a: &a [1]', 'b: [*a, *a]', 'steps: {}'), 'anchors and aliases'],
    [
      'a circle',
      lines(
        'name: x',
        'steps:',
        '  a: {needs: [c], delay: 1s}',
        '  b: {needs: [a], delay: 1s}',
        '  c: {needs: [b], delay: 1s}',
      ),
      'line 3: steps.a.needs: the steps wait for each other: a → c → b → a',
    ],
    [
      'an unknown step',
      lines(
        'name: x',
        'steps:',
        '  build:',
        '    delay: 1s',
        '  test:',
        '    needs:',
        '      - biuld',
        '    delay: 1s',
      ),
      'line 7: steps.test.needs.0: there is no step called biuld',
    ],
    [
      'a wrong type',
      lines('name: x', 'budget: many', 'steps: {a: {delay: 1s}}'),
      'line 2: budget: Invalid input: expected number, received string',
    ],
    [
      'an unknown key',
      lines('name: x', 'steps:', '  a:', '    delay: 1s', '    retires: 3'),
      /line \d: steps\.a: Unrecognized key: "retires"/,
    ],
    [
      'an unknown name in a time',
      lines('name: x', 'steps:', '  a:', `    delay: "${'$'}{{ input.settle }}"`),
      'line 4: steps.a.delay',
    ],
    ['a time without a unit', lines('name: x', 'steps:', '  a:', '    delay: 10'), 'line 4: steps.a.delay'],
    [
      'an unknown task',
      lines('name: x', 'steps:', '  a: {task: github.runs}'),
      'line 3: steps.a.task: no plugin that is on has a task called github.runs (did you mean github.run?)',
    ],
    [
      'an unknown workflow',
      lines('name: x', 'steps:', '  a: {workflow: relase}'),
      'there is no workflow called relase (did you mean release?)',
    ],
    [
      'an event that never happens',
      lines('name: x', 'steps:', '  a:', '    wait: { event: git.push }'),
      'line 4: steps.a.wait.event: nothing called git.push ever happens: there are git.pushed',
    ],
    [
      'two things at once',
      lines('name: x', 'steps:', '  a: {delay: 1s, gate: "true"}'),
      'a step does one thing: it has gate and delay',
    ],
    ['nothing to do', lines('name: x', 'steps:', '  a: {needs: []}'), 'a step does one thing: give it one of task'],
    [
      'a broken expression',
      lines('name: x', 'steps:', '  a:', '    gate: inputs. =='),
      /line 4: steps\.a\.gate: “inputs\. ==”: .* at character/,
    ],
    [
      'an expression about a step that need not be over',
      lines('name: x', 'steps:', '  a: {delay: 1s}', '  b:', '    gate: steps.a.output == 1'),
      'line 5: steps.b.gate: a need not have ended yet: add it to needs',
    ],
    [
      'an expression about nothing',
      lines('name: x', 'steps:', '  a:', '    notify:', `      text: "\${{ env.SECRET }}"`),
      'line 5: steps.a.notify.text: nothing is called env here: there are inputs, run, steps, event',
    ],
    [
      'a schedule that is none',
      lines('name: x', 'triggers:', '  - schedule: every day', 'steps: {a: {delay: 1s}}'),
      'line 3: triggers.0.schedule: “every day” is no cron line',
    ],
    [
      'an unknown time zone',
      lines('name: x', 'triggers:', '  - schedule: 0 9 * * *', '    timezone: Mars/Base', 'steps: {a: {delay: 1s}}'),
      'line 4: triggers.0.timezone: there is no time zone called Mars/Base',
    ],
    [
      'a trigger with an input that is none',
      lines('name: x', 'triggers:', '  - event: git.pushed', '    with: {branch: main}', 'steps: {a: {delay: 1s}}'),
      'line 4: triggers.0.with.branch: the workflow has no input called branch',
    ],
    [
      'an approver that is nobody',
      lines('name: x', 'steps:', '  a:', '    approval: {subject: x, approvers: [anna]}'),
      'must be role:<role> or <plugin>:<account id>',
    ],
    ['a dash in a name', lines('name: x', 'steps:', '  smoke-test: {delay: 1s}'), 'no dash: it would be a minus'],
    ['no steps', 'name: x\nsteps: {}', 'a workflow needs at least one step'],
    ['a bomb', lines('name: x', 'steps:', `  a: {gate: "${'('.repeat(80)}1${')'.repeat(80)}"}`), /nesting|depth/i],
    [
      'an answer schema that is none',
      lines('name: x', 'steps:', '  a:', '    model: {prompt: x, schema: {type: nonsense}}'),
      'line 4: steps.a.model.schema',
    ],
  ])('%s', (_, source, expected) => expect(problemOf(source)).toMatch(expected))

  it('lists several at once', () => {
    const said = problemOf(lines('name: x', 'steps:', '  a: {task: no.such}', '  b: {needs: [z], delay: 1s}'))
    expect(said.split('\n')).toHaveLength(3)
  })
})

it('the same content is the same version, however it is laid out', () => {
  const a = loadYaml('name: x\nsteps:\n  a:\n    delay: 1s\n', AROUND)
  const b = loadYaml('{name: x, steps: {a: {delay: 1s, needs: []}}} # the same', AROUND)
  expect(b.version).toBe(a.version)
  expect(loadYaml('name: x\nsteps: {a: {delay: 2s}}', AROUND).version).not.toBe(a.version)
  expect(loadObject({ name: 'x', steps: { a: { delay: '1s' } } }, AROUND).version).toBe(a.version)
})

it('publishes its schema', () => {
  const schema = jsonSchema()
  expect(schema).toMatchObject({ title: 'Workflow', type: 'object', required: ['name', 'steps'] })
  expect(JSON.stringify(schema)).toContain('Goes on only when this is true')
})
