/** Replaces every known secret in a text. One for the whole process: the host adds each plugin's secrets to it as it reads their config. */
export interface Mask {
  add(secret: string): void
  apply(text: string): string
}

const HIDDEN = '•••'
/** Shorter values (a port, `true`) would blank out half of every log line and are nobody's secret. */
const MIN_SECRET_LENGTH = 6

/** Secrets recognised by their form, for those nobody told us about: platform tokens, bearer headers, passwords in connection URLs. */
const KNOWN_FORMS =
  /\b(?:xox[abeprs]-|xapp-|xwfp-|sk-ant-|sk-proj-|ghp_|gho_|ghs_|ghu_|github_pat_|lin_api_|lin_wh_|ATATT)[\w.=/-]{6,}|(?<=\bBearer )[\w.~+/=-]{6,}|(?<=:\/\/[^\s/:@]{0,200}:)[^\s/@]{1,500}(?=@)/g

/** @example const mask = createMask(); mask.add(token); mask.apply(`failed with ${token}`) // 'failed with •••' */
export function createMask(secrets: Iterable<string> = []): Mask {
  const known = new Set<string>()
  let pattern: RegExp | null = null
  const mask: Mask = {
    add(secret) {
      // A key in PEM form is quoted line by line as often as whole.
      for (const value of [secret, ...(secret.includes('\n') ? secret.split(/\r?\n/) : [])]) {
        const trimmed = value.trim()
        if (trimmed.length < MIN_SECRET_LENGTH || trimmed.startsWith('-----')) continue
        known.add(trimmed)
        // As it stands in a URL and inside JSON text.
        known.add(encodeURIComponent(trimmed))
        known.add(JSON.stringify(trimmed).slice(1, -1))
      }
      pattern = null
    },
    apply(text) {
      // Longest first: a secret that begins with another one is hidden whole.
      pattern ??= new RegExp(
        [...known]
          .sort((a, b) => b.length - a.length)
          .map(escapeRegExp)
          .join('|') || '(?!)',
        'g',
      )
      return text.replace(pattern, HIDDEN).replace(KNOWN_FORMS, HIDDEN)
    },
  }
  for (const secret of secrets) mask.add(secret)
  return mask
}

const escapeRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
