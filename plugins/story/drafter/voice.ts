import type { Actor, Bug, Permission, Reading, Request, Rule, Seed, Topic, Unit } from './facts.ts'

/** What a language must be able to read and to write; the rest of the drafter knows no grammar. */
export interface Voice {
  readonly language: 'en' | 'de'
  /** One sentence may hold several wishes. */
  readonly splitWishes: (text: string) => readonly string[]
  readonly readRequest: (unit: Unit) => Request | null
  readonly readRule: (unit: Unit) => Rule | null
  readonly readBenefit: (units: readonly Unit[]) => Reading['benefit']
  readonly readActor: (units: readonly Unit[], main: string | null, fallback: string) => Actor
  readonly readPermissions: (units: readonly Unit[], actor: Actor) => Permission[]
  readonly readBug: (units: readonly Unit[]) => Bug | null
  readonly assumedRole: (topic: Topic | undefined, text: string) => string
  readonly writeSeeds: (reading: Reading) => Seed[]
  readonly writeStory: (reading: Reading) => {
    readonly title: string
    readonly goal: string
    readonly benefit: string | null
  }
  readonly writeQuestions: (reading: Reading) => string[]
  readonly writeAssumptions: (reading: Reading, assumed: number) => string[]
  /** For a text nothing can be read from: what has to be settled before anybody can build. */
  readonly unclear: readonly Seed[]
}
