import { readMaterial } from '../engine.ts'
import { findQuote } from '../source/spans.ts'
import type { StoryDraft } from '../version.ts'

/** What an issue says of itself, as one text: what a story is drafted from. */
export const issueText = (issue: { readonly title: string; readonly body: string }): string =>
  [issue.title, issue.body].filter((part) => part.trim() !== '').join('\n\n')

/**
 * Criteria that quote words which the issue no longer has. What quotes nothing is a person's own or an assumption, and depends on no text.
 * `drafted` is the text they were drafted from: a quote that was an instruction in chat was never in it.
 */
export function staleCriteria(draft: StoryDraft, drafted: string, now: string): string[] {
  const before = readMaterial(drafted).spans
  const after = readMaterial(now).spans
  return draft.criteria
    .filter(({ source }) => source !== null && findQuote(before, source.quote) && !findQuote(after, source.quote))
    .map(({ id }) => id)
}
