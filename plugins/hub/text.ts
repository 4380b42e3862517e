import type { Block, Message, Standing } from '#contract'

export const code = (text: string) => `\`${text.replaceAll('`', "'")}\``
/** A name is what its owner typed somewhere: none of its characters may format or link. */
export const plainName = (name: string) => name.replace(/[`*_~[\]<>|\\]/g, '')
/** One paragraph as a whole message: the plain text is the markdown without its marks. */
export function paragraph(markdown: string, ...blocks: readonly Block[]): Message {
  return { text: markdown.replace(/[`*]/g, ''), blocks: [{ kind: 'text', markdown }, ...blocks] }
}
export function listed(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map(plainName)
  const more = names.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}
export const count = (n: number) => n.toLocaleString('en')

/** Where a role comes from, behind its name: 'member, the default of this workspace'. */
export function explained(standing: Standing): string {
  const role = standing.role ?? 'none'
  if (standing.from === 'unconnected') return 'none, because the hub is not connected to this workspace'
  return standing.from === 'grant' ? `${role}, granted to you` : `${role}, the default of this workspace`
}
