import type { Context } from './context.ts'
import type { Message } from './message.ts'
import type { Role } from './people.ts'
import type { Place } from './place.ts'
import type { ArgsSchema, Awaitable, Out } from './schema.ts'

/**
 * A command, the same on every platform. No help, no registration: summary and examples are required, and help, usage, forms and
 * platform registrations all derive from `args`.
 *
 * `args` is an object schema. Its properties in order are the positional arguments; `.describe()` documents each. `.meta()` refines:
 * `{ rest: true }` takes the rest of the line as typed (line breaks kept), `{ flag: true }` is `--name` (boolean) or `--name value`,
 * `{ multiline: true }` is a large field in a form, `{ person: true }` is somebody: where they are mentioned it arrives as their account, not as
 * a name, which others may have too; `peopleOf` reads it.
 *
 * A command runs inside a durable job: it may run again after a crash with the same `ctx.jobId`, so what it writes must be keyed by it.
 */
export interface Command<A extends ArgsSchema = ArgsSchema> {
  /** One to three lower-case words: 'story', 'story refine'. The longest match wins; the rest of the text is arguments. */
  readonly name: string
  /** One line, in the imperative, shown by help and in the README table. */
  readonly summary: string
  readonly args: A
  /** Whole command lines without the slash: 'story refine ST-1 add a criterion for refunds'. Parsed by a test. */
  readonly examples: readonly [string, ...string[]]
  /** Least role that may run it. */
  readonly allow: Role
  /** What it changes: nothing, only what the hub stores, or something outside the hub. The last two are audited. */
  readonly sideEffects: 'none' | 'hub' | 'outside'
  /** Project this call is about: a role for that project counts as well as one in the workspace. Absent: only the workspace's counts. */
  readonly project?: (args: Out<A>) => string
  /** Its answer concerns the asker alone, as help does: platforms that fix visibility with the acknowledgement fix it so. */
  readonly private?: boolean
  /** Question to answer before it runs, or null for these arguments; asked with a button, and again for each new call. */
  readonly confirm?: (args: Out<A>) => string | null
  /**
   * Where what this call shows was written first, or null when it shows nothing of the kind. Where more people would read it than there, its
   * author is asked before the command runs, and nobody else is shown it.
   */
  readonly source?: (args: Out<A>, ctx: Context) => Awaitable<Source | null>
  /** What will happen, said in the acknowledgement before the job starts. Synchronous, from memory. Absent: silent acknowledgement. */
  readonly announce?: (args: Out<A>, workspace: string) => string
  run(args: Out<A>, ctx: Context): Awaitable<Message>
}
/** Origin of something people wrote. */
export interface Source {
  /** What people call it: 'ST-12'. */
  readonly what: string
  /** null where nobody noted it: that counts as the widest, so nothing is asked. */
  readonly place: Pick<Place, 'plugin' | 'workspace' | 'channel' | 'visibility'> | null
  /** '<plugin>:<account id>' and name of who wrote it. */
  readonly author: { readonly key: string; readonly name: string }
}
/** How a person's words or a filled form reach the hub: a line of text, or a command with its values by name. */
export type CommandInput = string | { readonly command: string; readonly values: Readonly<Record<string, string>> }

/** One argument, derived from the schema. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly description: string
  readonly required: boolean
  readonly kind: 'text' | 'number' | 'boolean' | 'choice'
  readonly multiline: boolean
  readonly rest: boolean
  readonly flag: boolean
  /** Names somebody: a mention in it becomes their account. */
  readonly person?: boolean
  readonly choices?: readonly string[]
  readonly maxLength?: number
  /** Already given by the saved command; shown to nobody, sent back with the form. */
  readonly value?: string
}
/** A form for a command: `fields` with a `value` are hidden, the others are asked. */
export interface Form {
  readonly command: string
  /** At most 24 characters, which every platform shows whole. */
  readonly title: string
  readonly submit: string
  readonly fields: readonly Field[]
}
/** What adapters may ask about commands, synchronously: registration with the platform, forms, checks in the acknowledgement. */
export interface Catalog {
  readonly commands: readonly CommandInfo[]
  /** Will the answer be for the asker alone, as far as can be told before it runs? True also for what would not run. */
  isPrivate(input: CommandInput): boolean
  /** The form that asks for what `run` leaves open, or null where nothing fits. */
  form(run: string): Form | null
  /** The command a line would run, whatever its arguments; null when no command has that name. */
  match(line: string): CommandInfo | null
  /** What is wrong with the input, in the words of the person who typed it; empty when it would run. */
  check(input: CommandInput): readonly { readonly field: string | null; readonly message: string }[]
}
export interface CommandInfo {
  readonly name: string
  readonly summary: string
  readonly usage: string
  readonly examples: readonly string[]
  readonly allow: Role
  /** A role for the project it is about counts as well. */
  readonly byProject?: boolean
  readonly sideEffects: Command['sideEffects']
  readonly fields: readonly Field[]
}
