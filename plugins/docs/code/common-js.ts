import { excerpt } from './excerpt.ts'
import { endOf, isNode, keyOf, startOf } from './script-nodes.ts'
import type { Node, Script, Statement } from './script-parse.ts'
import { type Declared, shapesOf } from './script-shapes.ts'
import type { Entry } from './types.ts'

/** What `module.exports` and `exports` are given, where that is written plainly. https://nodejs.org/api/modules.html#moduleexports */
export function commonJsOf(script: Script, locals: ReadonlyMap<string, readonly Declared[]>): Entry[] {
  const entries = new Map<string, Entry>()
  const own = (name: string, declared: readonly Declared[]) => {
    if (!entries.has(name)) entries.set(name, { kind: 'own', name, as: (given) => shapesOf(script, declared, given) })
  }
  const give = (name: string, value: Node, outer: Node) => {
    const shown = textOf(script, outer)
    const known = value.type === 'Identifier' && 'name' in value ? locals.get(String(value.name)) : undefined
    const source = requiredBy(value) ?? requiredBy(initialOf(known?.[0]))
    const part = source === null ? partOf(value, locals) : null
    if (source !== null) entries.set(name, { kind: 'namespace', name, source, shown })
    else if (part !== null) entries.set(name, { kind: 'from', name, ...part, shown })
    else if (known) own(name, known)
    // `exports.a = void 0` only says that there will be something.
    else if (value.type !== 'UnaryExpression') own(name, [{ node: value, outer, id: null }])
  }
  for (const statement of script.body)
    for (const { left, right } of assignmentsOf(statement)) {
      const to = excerpt(script.text, startOf(left), endOf(left))
      const name = /^(?:module\.)?exports\.([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u.exec(to)?.[1]
      if (name !== undefined) give(name, right, statement)
      if (to !== 'module.exports') continue
      const source = requiredBy(right)
      if (source !== null) entries.set(source, { kind: 'all', source, shown: textOf(script, statement), only: null })
      else if (right.type === 'ObjectExpression' && 'properties' in right && Array.isArray(right.properties))
        for (const property of right.properties.filter(isNode)) {
          const key = keyOf(script, property)
          if (key === null) continue
          if ('value' in property && isNode(property.value)) give(key, property.value, property)
          else own(key, [{ node: property, outer: property, id: null }])
        }
      else if (right.type === 'Identifier' && 'name' in right) give(String(right.name), right, statement)
      else own('default', [{ node: right, outer: statement, id: null, given: 'module.exports =' }])
    }
  return [...entries.values()]
}
const textOf = (script: Script, node: Node) => excerpt(script.text, startOf(node), endOf(node)).replace(/[;,]$/, '')
const initialOf = (declared: Declared | undefined): Node | null =>
  declared && 'init' in declared.node && isNode(declared.node.init) ? declared.node.init : null

/** `a.b = c = value` gives the value to both. */
function assignmentsOf(statement: Statement): { left: Node; right: Node }[] {
  const left: Node[] = []
  let value: Node | null = statement.type === 'ExpressionStatement' ? statement.expression : null
  while (value?.type === 'AssignmentExpression' && 'left' in value && 'right' in value) {
    if (!isNode(value.left) || !isNode(value.right)) break
    left.push(value.left)
    value = value.right
  }
  const right = value
  return right === null ? [] : left.map((one) => ({ left: one, right }))
}
/** Which name of which module a value is: `require('./a').b`, or `a.b` where `a` is all of a module. */
function partOf(value: Node, locals: ReadonlyMap<string, readonly Declared[]>) {
  if (value.type !== 'MemberExpression' || !('object' in value) || !('property' in value)) return null
  const { object, property } = value
  if (!isNode(object) || !isNode(property) || !('name' in property)) return null
  const known = 'name' in object ? initialOf(locals.get(String(object.name))?.[0]) : object
  const source = requiredBy(known)
  return source === null ? null : { source, imported: String(property.name) }
}
/** Which module a value is all of. */
function requiredBy(value: Node | null): string | null {
  if (value?.type !== 'CallExpression' || !('callee' in value) || !('arguments' in value)) return null
  const { callee, arguments: given } = value
  if (!isNode(callee) || !('name' in callee) || callee.name !== 'require' || !Array.isArray(given)) return null
  const [first]: unknown[] = given
  return isNode(first) && first.type === 'StringLiteral' && 'value' in first ? String(first.value) : null
}
