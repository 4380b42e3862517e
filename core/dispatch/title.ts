/** The narrowest title bar there is. */
const MAX_TITLE = 24
/** Words that a title cannot end with. */
const JOINING =
  /^(?:a|an|the|by|from|with|without|to|into|as|for|in|on|at|of|and|or|that|which|what|how|when|where|who|its|it|their|your|new|this|one)$/i

/**
 * A form's title out of the summary of its command, never cut in the middle: 'Change a story by an instruction' is 'Change a story'.
 * Where not even its first words fit, it is the command's name.
 */
export function shortTitle(summary: string, name: string): string {
  if (summary.length <= MAX_TITLE) return summary
  const [clause = ''] = summary.split(/[,;:.(–—]/, 1)
  const words: string[] = []
  for (const word of clause.trim().split(/\s+/)) {
    if ([...words, word].join(' ').length > MAX_TITLE) break
    words.push(word)
  }
  const joint = words.findIndex(
    (word, at) => at > 0 && /^(?:by|from|with|without|as|for|into|that|which|what|how|who|whether)$/i.test(word),
  )
  if (joint > 0) words.length = joint
  while (JOINING.test(words.at(-1) ?? '')) words.pop()
  if (words.length > 1) return words.join(' ')
  return name.charAt(0).toUpperCase() + name.slice(1, MAX_TITLE)
}
