/** Formats of words, and the mark that each stands for: https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=texteffects */
export const MARK_OF: Readonly<Record<string, string>> = {
  '*': 'strong',
  _: 'em',
  '-': 'strike',
  '+': 'underline',
  '^': 'sup',
  '~': 'sub',
}
/** A sign formats only where no word touches it from outside. */
export function isWord(sign: string): boolean {
  return /[\p{L}\p{N}]/u.test(sign)
}
