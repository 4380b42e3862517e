import type { Criterion, Draft } from './draft.ts'
import { addCriterion, editPart, parseCriterionId, parseSteps, removeCriterion, renameCriterion } from './edit.ts'
import { sameBehaviour } from './match.ts'
import { cleanText } from './source/clean.ts'
import type { StoryDraft } from './version.ts'

const ID = '(?:the\\s+)?(?:criterion|criteria|scenario|kriterium|szenario)?\\s*(AC-?\\d{1,4})'
const TO = '(?:to|as|into|in|zu|nach|:|=)'
const REMOVE = new RegExp(
  `^(?:please\\s+|bitte\\s+)?(?:remove|delete|drop|entferne|lösche|streiche)\\s+${ID}\\s*[.!]?$`,
  'iu',
)
const REMOVE_DE = new RegExp(`^(?:bitte\\s+)?${ID}\\s+(?:entfernen|löschen|streichen)\\s*[.!]?$`, 'iu')
const RENAME = new RegExp(
  `^(?:please\\s+|bitte\\s+)?(?:rename|retitle|benenne)\\s+${ID}\\s+${TO}\\s*(.+?)(?:\\s+um)?$`,
  'isu',
)
const CHANGE = new RegExp(
  `^(?:please\\s+|bitte\\s+)?(?:change|set|replace|edit|ändere|setze|ersetze)\\s+${ID}\\s+(?:to|with|by|zu|auf|durch|in|:|=)\\s*(.+)$`,
  'isu',
)
const ADD =
  /^(?:please\s+|bitte\s+)?(?:add|also\s+cover|cover|include|ergänze|füge|berücksichtige|beachte)\b\s*(?:(?:a|an|one|another|ein|eine|einen)\s+)?(?:(?:new|neues|weiteres)\s+)?(?:(?:acceptance\s+)?criterion|criteria|scenario|case|test|kriterium|szenario|fall)?\s*(?:for|that|about|on|when|where|so that|für|zu|dass|wenn|:)?\s*(.+?)(?:\s+hinzu)?$/isu

/** Will `applyLiteral` carry it out? Known from the words alone, before anything is read. */
export const isLiteral = (instruction: string): boolean =>
  [REMOVE, REMOVE_DE, RENAME, CHANGE].some((pattern) => pattern.test(cleanText(instruction)))

/** An instruction that can be carried out to the letter, without understanding: exact, free, and the same every time. */
export function applyLiteral(draft: StoryDraft, instruction: string): { draft: StoryDraft; done: string } | null {
  const text = cleanText(instruction)
  const removed = parseCriterionId((REMOVE.exec(text) ?? REMOVE_DE.exec(text))?.[1] ?? '')
  if (removed !== null) return { draft: removeCriterion(draft, removed), done: `${removed} removed` }
  const rename = RENAME.exec(text)
  const renamed = parseCriterionId(rename?.[1] ?? '')
  if (renamed !== null && rename?.[2])
    return { draft: renameCriterion(draft, renamed, rename[2]), done: `${renamed} renamed` }
  const change = CHANGE.exec(text)
  const changed = parseCriterionId(change?.[1] ?? '')
  if (changed !== null && change?.[2])
    return { draft: editPart(draft, changed, change[2]).draft, done: `${changed} changed` }
  return null
}

/**
 * Without a model an instruction to add something is still served: what it names is drafted as a criterion that quotes the instruction.
 * Null for any other instruction, because pretending to have understood it would be worse than saying so.
 */
export function addOffline(
  draft: StoryDraft,
  instruction: string,
  cite: (quote: string) => Criterion['source'],
  draftOffline: (text: string) => Draft,
): { draft: StoryDraft; done: string } | null {
  const text = cleanText(instruction)
  const wish = ADD.exec(text)?.[1]?.trim()
  if (!wish) return null
  const origin = { source: cite(wish.slice(0, 300)) }
  const steps = parseSteps(wish, draft.language)
  const drafted = draftOffline(wish).criteria.find((c) => !draft.criteria.some((own) => sameBehaviour(own, c)))
  const made: Criterion | undefined = steps
    ? { title: wish.slice(0, 160), kind: 'happy', ...steps, ...origin }
    : drafted && { ...drafted, ...origin }
  if (!made) return null
  const added = addCriterion(draft, made)
  return { draft: added.draft, done: `${added.id} added` }
}
