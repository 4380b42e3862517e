import { singular } from './grammar.ts'
import { isVerb, leadingVerb, roleOf } from './lexicon.ts'

/** "Employees submit hours, managers approve them": two wishes in one sentence. Anything less plain stays whole. */
export function splitWishes(text: string): string[] {
  const parts = text.split(/;\s+|,\s+(?:and\s+|but\s+)?/)
  if (parts.length < 2 || parts.length > 6) return [text]
  const acts = (part: string): boolean => {
    const [first = '', second = '', third = ''] = part
      .replace(/^[\p{L} ]{2,30}:\s+/u, '')
      .replace(/^(?:the|our|all) /i, '')
      .split(' ')
    return (
      (roleOf(first, singular(first)) !== null && isAct(second)) ||
      (roleOf(second, singular(second)) !== null && isAct(third))
    )
  }
  const orders =
    parts.length >= 3 &&
    !/^(?:if|when|as an?)\b/i.test(text) &&
    parts.every(
      (part) =>
        leadingVerb(part) !== null &&
        !/^(?:list|order|report|name|email|comment|log|date|title|status|price|view|label|group|filter)s?$/i.test(
          part.trim(),
        ),
    )
  return parts.every(acts) || orders ? parts : [text]
}

function isAct(word: string): boolean {
  return isVerb(word) || isVerb(word.replace(/s$/, '')) || /^(?:can|should|must|may)$/i.test(word)
}
