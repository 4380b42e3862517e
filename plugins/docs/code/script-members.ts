import { merged } from './merge.ts'
import { endOf, isNode, keyOf, literalText, parametersOf, startOf, written } from './script-nodes.ts'
import type { Node, Of, Script } from './script-parse.ts'
import { saidAbout } from './script-parse.ts'
import type { Shape } from './types.ts'

type Class = Of<'ClassDeclaration'>
type ClassMember = Class['body']['body'][number]
type TypeMember = Of<'TSInterfaceDeclaration'>['body']['body'][number]
type EnumMember = Of<'TSEnumDeclaration'>['body']['members'][number]

/** Where what a reader sees of something begins: after its decorators. */
export function beginOf(script: Script, node: Node, decorators: readonly Node[] | null | undefined): number {
  const after = Math.max(startOf(node), ...(decorators ?? []).map(endOf))
  return after + (/^(?:\s|\/\*[\s\S]{0,400}?\*\/)*/.exec(script.text.slice(after, after + 1_000))?.[0].length ?? 0)
}

/** What a class has for those who use it: nothing private or protected, no bodies. */
export function classMembers(script: Script, { body }: Pick<Class, 'body'>): Shape[] {
  const typed = new Set(body.body.flatMap((one) => (one.type === 'TSDeclareMethod' ? [keyOf(script, one)] : [])))
  return merged(
    body.body.flatMap((member): Shape[] => {
      if (
        member.type === 'StaticBlock' ||
        member.type === 'ClassPrivateMethod' ||
        member.type === 'ClassPrivateProperty'
      )
        return []
      if ('accessibility' in member && (member.accessibility === 'private' || member.accessibility === 'protected'))
        return []
      const name = member.type === 'TSIndexSignature' ? '[]' : keyOf(script, member)
      // What implements overloads is called by one of their forms.
      if (name === null || (member.type === 'ClassMethod' && typed.has(name))) return []
      return shown(script, member, name, classMember(script, member))
    }),
  )
}
function classMember(script: Script, member: ClassMember): string {
  const from = beginOf(script, member, 'decorators' in member ? member.decorators : [])
  switch (member.type) {
    case 'ClassMethod':
      return written(script, member, from, startOf(member.body))
    case 'ClassProperty':
    case 'ClassAccessorProperty':
      return field(script, member, from)
    default:
      return written(script, member, from, endOf(member))
  }
}
/** A field with its type; without one, what its value says of it. */
function field(
  script: Script,
  node: Node & { readonly value?: unknown; readonly key: Node; readonly typeAnnotation?: Node | null },
  from: number,
): string {
  const { key, typeAnnotation, value } = node
  const initial = isNode(value) ? value : null
  const bracket = script.text.charAt(endOf(key)) === ']' ? 1 : 0
  const head = written(script, node, from, typeAnnotation ? endOf(typeAnnotation) : endOf(key) + bracket)
  if (typeAnnotation || initial === null) return head
  const literal = literalText(script, initial)
  if (literal !== null) return `${head} = ${literal}`
  const call = callHead(script, initial)
  return call === null ? head : `${head} = ${call}`
}

/** A function that is a value, up to its body. */
export function callHead(script: Script, value: Node): string | null {
  if (value.type !== 'ArrowFunctionExpression' && value.type !== 'FunctionExpression') return null
  if (!('body' in value) || !isNode(value.body)) return null
  return written(script, value, startOf(value), startOf(value.body)).replace(/\s*=>\s*\(*\s*$/, '')
}

export function typeMembers(script: Script, members: readonly TypeMember[]): Shape[] {
  return merged(
    members.flatMap((member) => {
      const name =
        member.type === 'TSIndexSignature'
          ? '[]'
          : member.type === 'TSCallSignatureDeclaration'
            ? '()'
            : member.type === 'TSConstructSignatureDeclaration'
              ? 'new'
              : keyOf(script, member)
      return name === null ? [] : shown(script, member, name, written(script, member, startOf(member), endOf(member)))
    }),
  )
}
export function enumMembers(script: Script, members: readonly EnumMember[]): Shape[] {
  return members.flatMap((member) => {
    const name = keyOf(script, member)
    return name === null ? [] : shown(script, member, name, written(script, member, startOf(member), endOf(member)))
  })
}
/** Of an object that is given to others: its functions by their heads, other things by their names. */
export function objectMembers(script: Script, properties: readonly Node[]): Shape[] {
  return properties.flatMap((property) => {
    const name = keyOf(script, property)
    if (name === null) return []
    if (property.type === 'ObjectMethod' && 'body' in property && isNode(property.body))
      return shown(script, property, name, written(script, property, startOf(property), startOf(property.body)))
    const value = 'value' in property && isNode(property.value) ? property.value : null
    const head = value === null ? null : (callHead(script, value) ?? literalText(script, value))
    return shown(script, property, name, head === null ? name : `${name}: ${head}`, value)
  })
}

function shown(script: Script, node: Node, name: string, signature: string, value: Node | null = null): Shape[] {
  const { about, deprecated, isInternal } = saidAbout(node)
  if (isInternal) return []
  return [
    {
      name,
      signature: signature.replace(/[;,]$/, ''),
      about,
      deprecated,
      parameters: parametersIn(script, node, value),
    },
  ]
}
/** Of a function, or of the function that is the value of a field. */
export function parametersIn(script: Script, node: Node, value: Node | null = null): string[] {
  const given = value ?? ('value' in node && isNode(node.value) ? node.value : null)
  for (const one of [node, given])
    if (one !== null && 'params' in one && Array.isArray(one.params))
      return parametersOf(script, one.params.filter(isNode))
  return []
}
