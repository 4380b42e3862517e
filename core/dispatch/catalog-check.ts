import { type ArgsSchema, type Command, type CommandInput, type Field, HubError, ROLES } from '#contract'

const NAME = /^[a-z][a-z0-9-]*( [a-z][a-z0-9-]*){0,2}$/
const EFFECTS: readonly string[] = ['none', 'hub', 'outside']
/** More is asked of nobody: a form of that length is a document. */
const MOST_QUESTIONS = 20
export type Owners = ReadonlyMap<Command, string>

/** Reads the arguments of each command and refuses what could only fail later, in front of a person. */
export function checkedFields(
  commands: readonly Command[],
  owners: Owners,
  fieldsOf: (args: ArgsSchema) => Field[],
): ReadonlyMap<Command, readonly Field[]> {
  const fields = new Map<Command, readonly Field[]>()
  const taken = new Map<string, Command>()
  refuse(
    commands.flatMap((command) => {
      const first = taken.get(command.name)
      taken.set(command.name, command)
      try {
        const own = fieldsOf(command.args)
        fields.set(command, own)
        const problems = [
          ...namingProblems(command, first && owners.get(first), first !== undefined),
          ...fieldProblems(own),
        ]
        return problems.map((problem) => `${called(command, owners)}: ${problem}`)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        return [`${called(command, owners)}: ${why}; use an object of texts, numbers, yes-or-no values and choices`]
      }
    }),
  )
  return fields
}

/** Every example must run as written: help shows them, and people copy them. */
export function checkExamples(
  commands: readonly Command[],
  owners: Owners,
  problemOf: (command: Command, example: CommandInput) => string | null,
): void {
  refuse(
    commands.flatMap((command) =>
      command.examples.flatMap((example) => {
        const problem = problemOf(command, example)
        return problem
          ? [`${called(command, owners)}: the example '${example}' does not parse: ${problem} Correct the example`]
          : []
      }),
    ),
  )
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new HubError('CONFIG_INVALID', problems.join('\n'))
}
function called(command: Command, owners: Owners): string {
  const owner = owners.get(command)
  return owner ? `plugin '${owner}', command '${command.name}'` : `command '${command.name}'`
}

function namingProblems(command: Command, firstOwner: string | undefined, taken: boolean): string[] {
  const problems: string[] = []
  if (!NAME.test(command.name)) problems.push('a name is one to three lower-case words; rename it')
  if (taken)
    problems.push(`the name is taken already${firstOwner ? ` by plugin '${firstOwner}'` : ''}; rename one of the two`)
  if (typeof command.summary !== 'string' || command.summary.trim() === '')
    problems.push('give it a summary, which help shows')
  if (!Array.isArray(command.examples) || command.examples.length === 0) {
    problems.push('give it at least one example, which help shows')
  }
  if (!ROLES.includes(command.allow)) problems.push(`'allow' must be one of ${ROLES.join(', ')}`)
  if (!EFFECTS.includes(command.sideEffects)) problems.push(`'sideEffects' must be one of ${EFFECTS.join(', ')}`)
  return problems
}

function fieldProblems(fields: readonly Field[]): string[] {
  const problems: string[] = []
  const positional = fields.filter((field) => !field.flag)
  positional.forEach((field, index) => {
    if (field.rest && index < positional.length - 1)
      problems.push(`'${field.name}' takes the rest of the line; make it the last argument`)
    const before = positional[index - 1]
    if (field.required && before && !before.required) {
      problems.push(`'${field.name}' is required behind the optional '${before.name}'; put required arguments first`)
    }
  })
  const asked = fields.filter((field) => field.required)
  if (asked.length > MOST_QUESTIONS)
    problems.push(`${asked.length} required arguments fit in no form; make it ${MOST_QUESTIONS} at most`)
  for (const field of fields) {
    if (field.kind === 'choice' && field.choices?.length === 0)
      problems.push(`'${field.name}' has no choices, so no form can ask for it; give it some`)
    if (!/^[a-z][A-Za-z0-9]*$/.test(field.name)) problems.push(`argument '${field.name}' must be named in camelCase`)
    if (field.name === 'confirm') problems.push("the argument 'confirm' belongs to the hub; rename it")
    if (field.rest && (field.flag || field.kind !== 'text'))
      problems.push(`'${field.name}' takes the rest of the line, so it must be a text and no flag`)
  }
  return problems
}
