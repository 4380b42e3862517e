const MAX_CHARACTERS = 160
/** What each level above put before the reason: 'grow[1]: WF-9 failed: healthy failed: '. Whoever reads it sees by the card where it was. */
const LEVELS = /^(?:[a-z]\w*\[\d+\]: |(?:[a-z][\w, ]*|WF-\d+) failed: )+/

/** First line of why something failed, without the names of what it failed in. */
export function brief(text: string | null): string {
  const line = (text ?? '').replace(LEVELS, '').split('\n', 1)[0]?.trim() ?? ''
  return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS - 1)}…` : line
}
