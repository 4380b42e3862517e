/** Something a reader of the documents can name: a function, a method, a field. */
export interface Shape {
  readonly name: string
  /** As it is written, blanks evened out; one line for each overload. */
  readonly signature: string
  /** First sentence of what is said about it. */
  readonly about: string
  /** What is said beside `@deprecated`, '' where that is nothing; null: it is not deprecated. */
  readonly deprecated: string | null
  /** Names of its parameters, and of the options written within them. */
  readonly parameters: readonly string[]
}
export interface Exported extends Shape {
  /** Public members of a class, an interface, an enum or a namespace, in their order. */
  readonly members: readonly Shape[]
  /** May have members that do not stand in it: it extends something. */
  readonly extends: boolean
}
/** One thing that a module gives to others. */
export type Entry =
  | {
      readonly kind: 'own'
      readonly name: string
      /** How it is written under a name. More than one where a name is both a value and a type. */
      as(name: string): readonly Exported[]
    }
  /** A name of another module. `shown` is the line as one would write it for this name alone. */
  | {
      readonly kind: 'from'
      readonly name: string
      readonly imported: string
      readonly source: string
      readonly shown: string
    }
  | {
      readonly kind: 'all'
      readonly source: string
      readonly shown: string
      /** These alone are given on; null: all of them. */
      readonly only: ReadonlySet<string> | null
    }
  /** Everything of another module under one name. */
  | { readonly kind: 'namespace'; readonly name: string; readonly source: string; readonly shown: string }

export interface Module {
  readonly entries: readonly Entry[]
  /** First line that could not be read; null when all of it was. */
  readonly errorLine: number | null
}
/** Why a file was not read, as the end of a sentence about it. */
export interface LeftOut {
  readonly reason: string
}
