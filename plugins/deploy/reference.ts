import { HubError } from '#contract'

const REFERENCE = /^(?:d-?|#)?([1-9]\d{0,8})$/i

/** 'D-12', 'd12', '#12' and '12' all name deployment 12 of the workspace. */
export function parseReference(text: string): number {
  const digits = REFERENCE.exec(text.trim())?.[1]
  if (digits === undefined)
    throw new HubError('INPUT_INVALID', `"${text}" is no deployment: write its id, such as D-12`)
  return Number(digits)
}
export const formatReference = (number: number): string => `D-${number}`
