import type { Reading, Request, Topic } from '../facts.ts'

export interface Gap {
  readonly topics: readonly Topic[]
  /** Only for this verb of the topic. */
  readonly verb?: string
  /** Asked only while the text does not mention this. */
  readonly unless: RegExp
  readonly ask: (request: Request, reading: Reading) => string
}

export const things = (request: Request): string => (request.thing.name === '' ? 'entries' : request.thing.many)
export const thing = (request: Request): string => (request.thing.name === '' ? 'entry' : request.thing.one)
