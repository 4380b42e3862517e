import { createHash } from 'node:crypto'
import { HubError } from '#contract'
import { cleanText } from './source/clean.ts'

/** 'ST-12', 'st12', '#12' and '12' all name story 12 of the workspace. */
export const STORY_REFERENCE = /^(?:st-?|#)?[1-9]\d{0,8}$/i

export function parseReference(text: string): number {
  const digits = STORY_REFERENCE.test(text) ? /\d+$/.exec(text)?.[0] : undefined
  if (digits === undefined) throw new HubError('INPUT_INVALID', `"${text}" is no story: write its id, such as ST-12`)
  return Number(digits)
}
export const formatReference = (number: number): string => `ST-${number}`

/** Equal for texts that differ only in case, white space, quotes of a keyboard or invisible characters. */
export function sourceHash(text: string): string {
  const folded = cleanText(text)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[‘’‚‛`´]/g, "'")
    .replace(/[“”„‟«»]/g, '"')
    .replace(/\s+/g, ' ')
  return createHash('sha256').update(folded).digest('hex')
}
