import type { Change } from './excerpt.ts'
import { joined } from './merge.ts'
import {
  beginOf,
  callHead,
  classMembers,
  enumMembers,
  objectMembers,
  parametersIn,
  typeMembers,
} from './script-members.ts'
import { endOf, isNode, literalText, startOf, written } from './script-nodes.ts'
import { type Node, type Of, type Script, type Statement, saidAbout } from './script-parse.ts'
import type { Exported, Shape } from './types.ts'

type Variable = Of<'VariableDeclaration'>['declarations'][number]
/** One declaration, and the statement around it that the comment stands above. */
export interface Declared {
  readonly node: Statement | Variable | Node
  readonly outer: Node
  /** `const`, `let` or `var`, for one of theirs. */
  readonly word?: string
  /** Where its name stands; null where it has none. */
  readonly id: Node | null
  /** What it is given by as a whole; `export default` where nothing is said. */
  readonly given?: string
}
interface Head {
  readonly signature: string
  readonly members: readonly Shape[]
  readonly extends: boolean
}
const VALUE_CHARACTERS = 120
const NO_MEMBERS = { members: [], extends: false }

/** How a declaration looks under a name; null where it is not meant for others. */
function shapeOf(script: Script, declared: Declared, name: string): Exported | null {
  const { about, deprecated, isInternal } = saidAbout(declared.outer)
  if (isInternal) return null
  const isDefault = name === 'default'
  const own = declared.id !== null && 'name' in declared.id ? String(declared.id.name) : null
  const head = headOf(script, declared, isDefault ? null : name)
  const node = declared.node
  const initial = 'init' in node && isNode(node.init) ? node.init : null
  return {
    name: isDefault ? (own ?? name) : name,
    ...head,
    signature: isDefault ? `${declared.given ?? 'export default'} ${head.signature}`.trim() : head.signature,
    about,
    deprecated,
    parameters: parametersIn(script, node, initial),
  }
}

function headOf(script: Script, declared: Declared, name: string | null): Head {
  const { node, id } = declared
  const from = withoutWords(script, beginOf(script, node, decoratorsOf(node)))
  const changes: Change[] =
    name === null || id === null || !('name' in id) || id.name === name
      ? []
      : [{ from: startOf(id), to: startOf(id) + nameLength(id), text: name }]
  const upTo = (to: number) => named(written(script, node, from, to, changes), id === null ? name : null)
  if (declared.word !== undefined && 'id' in node && isNode(node.id)) return variable(script, declared, name)
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      if (!('body' in node) || !isNode(node.body)) break
      const head = upTo(startOf(node.body)).replace(/\s*=>\s*\(*\s*$/, '')
      return { signature: head, ...NO_MEMBERS }
    }
    case 'ClassDeclaration':
    case 'ClassExpression': {
      if (!('body' in node) || !isClassBody(node.body)) break
      const isExtended = 'superClass' in node && isNode(node.superClass)
      return {
        signature: upTo(startOf(node.body)),
        members: classMembers(script, { body: node.body }),
        extends: isExtended,
      }
    }
    case 'ObjectMethod':
      if (!('body' in node) || !isNode(node.body)) break
      return { signature: written(script, node, from, startOf(node.body)), ...NO_MEMBERS }
    case 'ObjectExpression':
      if (!('properties' in node) || !Array.isArray(node.properties)) break
      return object(script, node.properties.filter(isNode), name === null ? '' : `const ${name}`)
    default:
      if (isStatement(node)) return typeHead(script, node, upTo)
  }
  if (name === null)
    return { signature: firstLine(written(script, node, from, endOf(node), [], VALUE_CHARACTERS)), ...NO_MEMBERS }
  const literal = literalText(script, node)
  if (literal !== null) return { signature: `const ${name} = ${literal}`, ...NO_MEMBERS }
  const { outer } = declared
  const isAssigned = outer.type === 'ExpressionStatement'
  const text = isAssigned ? written(script, outer, startOf(outer), endOf(outer), [], VALUE_CHARACTERS) : `const ${name}`
  return { signature: firstLine(text).replace(/;$/, ''), ...NO_MEMBERS }
}

const firstLine = (text: string): string => (text.includes('\n') ? `${text.slice(0, text.indexOf('\n'))}…` : text)

function typeHead(script: Script, node: Statement, upTo: (to: number) => string): Head {
  switch (node.type) {
    case 'TSInterfaceDeclaration': {
      const isExtended = (node.extends ?? []).length > 0
      return { signature: upTo(startOf(node.body)), members: typeMembers(script, node.body.body), extends: isExtended }
    }
    case 'TSTypeAliasDeclaration': {
      const { typeAnnotation } = node
      if (typeAnnotation.type !== 'TSTypeLiteral') break
      const members = typeMembers(script, typeAnnotation.members)
      return { signature: upTo(startOf(typeAnnotation)), members, extends: false }
    }
    case 'TSEnumDeclaration':
      return { signature: upTo(startOf(node.body)), members: enumMembers(script, node.body.members), extends: false }
    case 'TSModuleDeclaration':
      return { signature: upTo(node.body ? startOf(node.body) : endOf(node)), ...NO_MEMBERS }
    default:
  }
  return { signature: upTo(endOf(node)).replace(/;$/, ''), ...NO_MEMBERS }
}

/** A constant with its type, with the head of its function, or with what its value says by itself. */
function variable(script: Script, { node, id, word = 'const' }: Declared, name: string | null): Head {
  const own = id !== null && 'name' in id ? String(id.name) : ''
  const title = `${word} ${name ?? own}`
  const initial = 'init' in node && isNode(node.init) ? node.init : null
  const annotation = id !== null && 'typeAnnotation' in id && isNode(id.typeAnnotation) ? id.typeAnnotation : null
  if (annotation !== null) {
    const type = written(script, annotation, startOf(annotation), endOf(annotation))
    return { signature: `${title}${type}`, ...NO_MEMBERS }
  }
  if (initial === null) return { signature: title, ...NO_MEMBERS }
  const head = callHead(script, initial) ?? literalText(script, initial)
  if (head !== null) return { signature: `${title} = ${head}`, ...NO_MEMBERS }
  if (initial.type === 'ClassExpression') {
    const made = headOf(script, { node: initial, outer: initial, id: null }, null)
    return { ...made, signature: `${title} = ${made.signature}` }
  }
  const value =
    /^TS(?:As|Satisfies)Expression$/.test(initial.type) && 'expression' in initial ? initial.expression : initial
  if (isNode(value) && value.type === 'ObjectExpression' && 'properties' in value && Array.isArray(value.properties))
    return object(script, value.properties.filter(isNode), title)
  return { signature: title, ...NO_MEMBERS }
}
const object = (script: Script, properties: readonly Node[], title: string): Head => ({
  signature: title,
  members: objectMembers(script, properties),
  extends: properties.some(({ type }) => type === 'SpreadElement'),
})

/** Words that say where a thing is seen are not a part of it. */
function withoutWords(script: Script, from: number): number {
  const words = /(?:(?:export|default|declare)(?:\s|\/\*[\s\S]{0,400}?\*\/)+)*/y
  words.lastIndex = from
  return words.test(script.text) ? words.lastIndex : from
}
/** A function or class without a name of its own gets the one that it is known by. */
function named(signature: string, name: string | null): string {
  if (name === null) return signature
  const keyword = /^(?:async\s+)?(?:function(?:\s*\*)?|(?:abstract\s+)?class)/.exec(signature)?.[0]
  if (keyword === undefined) return `const ${name} = ${signature}`
  const rest = signature.slice(keyword.length)
  return `${keyword} ${name}${keyword.endsWith('class') ? ` ${rest.trimStart()}` : rest.trimStart()}`.trimEnd()
}
function decoratorsOf(node: object): readonly Node[] {
  return 'decorators' in node && Array.isArray(node.decorators) ? node.decorators.filter(isNode) : []
}
const nameLength = (id: Node): number => ('name' in id && typeof id.name === 'string' ? id.name.length : 0)
const isStatement = (node: Declared['node']): node is Statement => /^TS\w+(?:Declaration|Function)$/.test(node.type)
type ClassBody = Of<'ClassDeclaration'>['body']
const isClassBody = (value: unknown): value is ClassBody => isNode(value) && value.type === 'ClassBody'

/** All declarations of a name as others see them: the forms of a function as one, a value and a type of the same name as two. */
export function shapesOf(script: Script, all: readonly Declared[], name: string): Exported[] {
  const isForm = all.some(({ node }) => node.type === 'TSDeclareFunction')
  const shapes: Exported[] = []
  let calls: number | null = null
  for (const declared of all) {
    const { type } = declared.node
    if (isForm && type === 'FunctionDeclaration') continue
    const shape = shapeOf(script, declared, name)
    if (shape === null) continue
    const known = calls === null ? undefined : shapes[calls]
    if (type === 'TSDeclareFunction' && known !== undefined && calls !== null) shapes[calls] = joined(known, shape)
    else {
      if (type === 'TSDeclareFunction') calls = shapes.length
      shapes.push(shape)
    }
  }
  return shapes
}
