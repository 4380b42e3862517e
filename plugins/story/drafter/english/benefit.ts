import type { Unit } from '../facts.ts'

const BENEFIT =
  /,?\s+(?:so that|so(?=\s+(?:i|we|they|he|she|it|the|our|users?|customers?|people|nobody|no one|everyone|you|my|a)\b)|in order to|because|in order that|such that|to ensure(?: that)?|which (?:would|will) (?:let|allow|help|save|reduce))\s+(?<why>.{3,})$/i
const PURPOSE =
  /(?<!\b(?:need|needs|want|wants|like|wish|able|has|have|ought|supposed|going|used|plan|how|way|is|are|up)),?\s+to (?<why>(?:save|avoid|reduce|prevent|improve|increase|speed up|keep|make sure|ensure|understand|decide|comply|stay|help|get rid of)\s+.{3,})$/i

/** "Nobody noticed for 3 days": what went wrong once is the reason. */
const UNNOTICED =
  /^(?:nobody|no one|noone|none of us|we(?: didn't| did not)?)\s+(notice|notic(?:ed)|see|saw|know|knew|realis\w+|realiz\w+)\b(?:\s+(?:it|this|that))?\s*((?:for|until|till)\s.{2,60})?$/i

/** A stated annoyance is a reason too: "people keep missing it" → people no longer keep missing it. */
const PAIN =
  /^((?:our|the|my|all)?\s*(?:[\p{L}-]+\s){0,2}[\p{L}-]+)\s+(keeps?|wastes?|loses?|forgets?|struggles?|misses|miss|spends?|overlooks?)\s+(.{3,})$/iu

export function isPain(unit: Unit): boolean {
  return PAIN.test(unit.plain) || UNNOTICED.test(unit.plain)
}

export function readBenefit(units: readonly Unit[]): { text: string; unit: Unit } | null {
  for (const unit of units) {
    const reason = BENEFIT.exec(unit.plain)
    const purpose = reason === null ? PURPOSE.exec(unit.plain) : null
    const text = reason?.groups?.why ?? purpose?.groups?.why
    const cause = /\bbecause\b/i.test(reason?.[0] ?? '') ? text : undefined
    if (cause !== undefined)
      return {
        unit,
        text: (/^of\s/i.test(cause) ? `${cause.slice(3)} is satisfied` : `this is taken into account: ${cause}`).slice(
          0,
          300,
        ),
      }
    if (text !== undefined && text.length > 4) {
      const infinitive = purpose !== null || /in order to/i.test(reason?.[0] ?? '')
      return { unit, text: (infinitive ? `I can ${text}` : text).slice(0, 300) }
    }
    const opening = /^(?:so that|because|in order to)\s+(.{5,})$/i.exec(unit.plain)?.[1]
    if (opening !== undefined)
      return { unit, text: (/^in order/i.test(unit.plain) ? `I can ${opening}` : opening).slice(0, 300) }
  }
  for (const unit of units) {
    const unnoticed = UNNOTICED.exec(unit.plain)
    if (unnoticed !== null && !unit.quoted)
      return { unit, text: `it no longer goes unnoticed${unnoticed[2] === undefined ? '' : ` ${unnoticed[2]}`}` }
    const pain = PAIN.exec(unit.plain)
    if (pain?.[1] !== undefined && !unit.quoted)
      return {
        unit,
        text: `${pain[1].replace(/^(?:Our|our|my) /, 'the ').replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())} no longer ${pain[2]} ${pain[3]}`.slice(
          0,
          300,
        ),
      }
  }
  return null
}

export function withoutBenefit(text: string): string {
  return text
    .replace(BENEFIT, '')
    .replace(PURPOSE, '')
    .replace(/,?\s*(?:please|thanks|thank you|asap|soon|right now|somehow|or something(?: like that)?)$/i, '')
    .trim()
}
