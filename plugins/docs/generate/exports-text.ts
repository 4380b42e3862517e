import { clipped } from '../code/excerpt.ts'
import type { Exported, Shape } from '../code/types.ts'

const MEMBERS = 40
const MEMBER_CHARACTERS = 200
const ALL_CHARACTERS = 200_000

/** Names as a document shows them: the code of each in a block of its own, then what is said about it. */
export function exportsText(language: 'ts' | 'python', all: readonly Exported[], notes: readonly string[]): string {
  const parts: string[] = []
  let characters = 0
  for (const [i, one] of all.entries()) {
    const code = (language === 'ts' ? inBraces(one) : indented(one)).join('\n').replaceAll('```', '')
    const said = sentences(one)
    parts.push([`\`\`\`${language}`, code, '```', ...(said ? ['', prose(said)] : [])].join('\n'))
    characters += code.length + said.length
    if (characters > ALL_CHARACTERS && i < all.length - 1) {
      parts.push(`<sub>${all.length - 1 - i} more are left out.</sub>`)
      break
    }
  }
  if (notes.length > 0) parts.push(`<sub>${prose(notes.join('; '))}.</sub>`)
  return parts.join('\n\n')
}
const prose = (text: string): string =>
  text.replaceAll('```', '').replace(/[<>]/g, (mark) => (mark === '<' ? '&lt;' : '&gt;'))

function sentences({ deprecated, about }: Shape): string {
  const old = deprecated === null ? '' : deprecated === '' ? 'Deprecated.' : `Deprecated: ${deprecated}`
  return [old, about].filter(Boolean).join(' ')
}
function inBraces({ signature, members }: Exported): string[] {
  if (members.length === 0) return [signature]
  // What another module gives under one name.
  if (/\bfrom\s*['"][^'"]*['"]$|\brequire\b/.test(signature)) return [signature, ...memberLines(members, '  ', '//')]
  const isValue = /^(?:const(?! enum\b)|let|var)\b/.test(signature) && !/\bclass\b/.test(signature)
  const head = isValue ? `${signature} =` : signature
  return [`${head} {`, ...memberLines(members, '  ', '//'), '}']
}
const indented = ({ signature, members }: Exported): string[] =>
  members.length === 0 ? [signature] : [`${signature}:`, ...memberLines(members, '    ', '#')]

function memberLines(members: readonly Shape[], indent: string, mark: string): string[] {
  const lines = members.slice(0, MEMBERS).flatMap((member) => {
    const said = sentences(member)
    const code = member.signature.split('\n').map((line) => clipped(line, MEMBER_CHARACTERS))
    return [...(said ? [`${mark} ${clipped(said, MEMBER_CHARACTERS)}`] : []), ...code]
  })
  const more = members.length - MEMBERS
  return [...lines, ...(more > 0 ? [`${mark} … ${more} more`] : [])].map((line) => indent + line)
}
