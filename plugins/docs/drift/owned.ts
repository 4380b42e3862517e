import type { Passage } from '../index/store.ts'
import { says } from './names.ts'

export const TELLS_OF_CHANGE =
  /\b(?:renamed|removed|deprecated|formerly|previously|no longer|used to be|replaced by|was called|umbenannt|entfernt|veraltet|früher|ehemals)\b/i
/** Parts of a line that are written as code. */
export const codeOf = (line: string): string => [...line.matchAll(/`([^`]+)`/g)].map(([, inner]) => inner).join(' ')
export const lastOf = (of: string): string => of.slice(of.lastIndexOf('.') + 1)

/**
 * Lines that speak of a member or a parameter of one thing. Such names are often words that many things have, so the line must write it
 * as code, and the thing must be named on the line, in its paragraph, in the one that leads to a list, table or example, or in the heading.
 */
export function ownedMentions(
  { heading, startLine }: Pick<Passage, 'heading' | 'startLine'>,
  lines: readonly string[],
  code: readonly boolean[],
  name: string,
  of: string,
) {
  const owner = lastOf(of)
  const isNamed = (line: string, isCode: boolean) =>
    says(isCode ? line : codeOf(line), owner) ||
    line.includes(`${owner}(`) ||
    (/[a-z][A-Z]|^[A-Z]/.test(owner) && says(line, owner))
  const isHeading = isNamed(heading, false)
  const blocks = blocksOf(lines, code)
  return lines.flatMap((text, i) => {
    const isCode = code[i] === true
    if (TELLS_OF_CHANGE.test(text) || !says(isCode ? text : codeOf(text), name)) return []
    const block = blocks[i] ?? 0
    const leads = isCode || /^\s*(?:[-*+|]|\d+[.)])/.test(text) ? block - 1 : block
    const isNear = lines.some((line, j) => {
      const its = blocks[j] ?? 0
      return its >= leads && its <= block && isNamed(line, code[j] === true)
    })
    return isHeading || isNear ? [{ line: startLine + i, text: text.trim() }] : []
  })
}
/** Which paragraph each line is in; an example is one. */
function blocksOf(lines: readonly string[], code: readonly boolean[]): number[] {
  let block = 0
  let isOpen = false
  return lines.map((line, i) => {
    const isEmpty = line.trim() === '' && code[i] !== true
    if (isEmpty) isOpen = false
    else if (!isOpen) {
      block += 1
      isOpen = true
    }
    return block
  })
}
