import type { Mentions } from '#contract'

/** Writes the mentions of one message as people read them, and remembers whom each word stands for. */
export interface MentionWords {
  /** '@Anna-Smith': one word whatever the name is, and another one for each account. `id` is null for what is no person. */
  write(name: string, id: string | null): string
  /** What the call says of them; nothing where nobody was mentioned. */
  given(): { readonly mentions?: Mentions }
}
export function createMentionWords(): MentionWords {
  const found: Record<string, string | null> = {}
  return {
    write(name, id) {
      // Blanks end a word and a backslash is not read as itself.
      const shown = `@${name
        .replace(/^@/, '')
        .replace(/[\s\\]+/g, ' ')
        .trim()
        .replaceAll(' ', '-')}`
      for (let n = 1; ; n++) {
        const word = n === 1 ? shown : `${shown}-${n}`
        if (Object.hasOwn(found, word) && found[word] !== id) continue
        found[word] = id
        return word
      }
    },
    given: () => (Object.keys(found).length > 0 ? { mentions: found } : {}),
  }
}
