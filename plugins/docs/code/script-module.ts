import { commonJsOf } from './common-js.ts'
import { excerpt } from './excerpt.ts'
import { endOf, isNode, startOf } from './script-nodes.ts'
import type { Node, Of, Script, Statement } from './script-parse.ts'
import { type Declared, shapesOf } from './script-shapes.ts'
import type { Entry, Exported, Module } from './types.ts'

type Imported = { readonly source: string; readonly imported: string }
type Specifier = Of<'ExportNamedDeclaration'>['specifiers'][number]
const DEPTH = 3

/** What a file of TypeScript or JavaScript gives to others. */
export function scriptModule(script: Script): Module {
  const { body, isAmbient } = script
  const isModule = body.some(({ type }) => /^(?:Export|Import)|^TSExportAssignment$/.test(type))
  // A file of declarations without imports and exports speaks of what everybody has.
  const entries = entriesOf(script, body, isAmbient && !isModule, 0)
  return {
    entries: isModule || isAmbient ? entries : [...entries, ...commonJsOf(script, localsOf(body))],
    errorLine: script.errorLine,
  }
}

function entriesOf(script: Script, body: readonly Statement[], isAllPublic: boolean, depth: number): Entry[] {
  const locals = localsOf(body)
  const imports = importsOf(body)
  const entries: Entry[] = []
  const known = new Set<string>()
  const add = (entry: Entry) => {
    if ('name' in entry && known.has(entry.name)) return
    if ('name' in entry) known.add(entry.name)
    entries.push(entry)
  }
  const own = (name: string, declared: readonly Declared[]) =>
    add({ kind: 'own', name, as: (given) => shapesWithin(script, declared, given, depth) })
  const local = (name: string, exported: string) => {
    const declared = locals.get(name)
    const imported = imports.get(name)
    if (declared) own(exported, declared)
    else if (imported) add(givenOn(imported, exported))
  }
  for (const statement of body) {
    const text = () => excerpt(script.text, startOf(statement), endOf(statement)).replace(/;$/, '')
    switch (statement.type) {
      case 'ExportNamedDeclaration': {
        if (statement.declaration)
          for (const name of namesOf(statement.declaration))
            own(name, locals.get(name)?.filter(({ outer }) => outer.type === 'ExportNamedDeclaration') ?? [])
        const source = statement.source?.value
        for (const specifier of statement.specifiers) {
          const { imported, exported, shown } = specified(script, specifier, source, statement.exportKind === 'type')
          if (source === undefined) local(imported, exported)
          else if (imported === '*') add({ kind: 'namespace', name: exported, source, shown })
          else add({ kind: 'from', name: exported, imported, source, shown })
        }
        break
      }
      case 'ExportDefaultDeclaration': {
        const { declaration } = statement
        if (declaration.type === 'Identifier') local(declaration.name, 'default')
        else if ('id' in declaration && isNode(declaration.id)) own('default', locals.get(nameOf(declaration.id)) ?? [])
        else own('default', [{ node: declaration, outer: statement, id: null }])
        break
      }
      case 'ExportAllDeclaration':
        add({ kind: 'all', source: statement.source.value, shown: text(), only: null })
        break
      case 'TSExportAssignment':
        if (statement.expression.type === 'Identifier') local(statement.expression.name, statement.expression.name)
        break
      default:
        if (isAllPublic || (statement.type === 'TSModuleDeclaration' && statement.id.type === 'StringLiteral'))
          for (const name of namesOf(statement)) own(name, locals.get(name) ?? [])
    }
  }
  return entries
}

/** What is imported and exported again, as the one line that says so. */
function givenOn({ source, imported }: Imported, name: string): Entry {
  if (imported === '*') return { kind: 'namespace', name, source, shown: `export * as ${name} from '${source}'` }
  const names = imported === name ? name : `${imported} as ${name}`
  return { kind: 'from', name, imported, source, shown: `export { ${names} } from '${source}'` }
}

/** What a namespace gives is shown within it. */
function shapesWithin(script: Script, all: readonly Declared[], name: string, depth: number): Exported[] {
  const shapes = shapesOf(script, all, name)
  const spaces = all.flatMap(({ node }) => (isSpace(node) ? [node] : []))
  if (spaces.length === 0 || depth === DEPTH) return shapes
  const members = spaces.flatMap((space) => {
    const statements = space.body.body
    const isListed = statements.some(({ type }) => type.startsWith('Export'))
    const isAmbient = script.isAmbient || space.declare === true
    return entriesOf(script, statements, isAmbient && !isListed, depth + 1).flatMap((entry) =>
      entry.kind === 'own' ? entry.as(entry.name) : [],
    )
  })
  const at = shapes.findLastIndex(({ signature }) => /^(?:namespace|module|global)\b/.test(signature))
  return shapes.map((shape, i) => (i === at ? { ...shape, members } : shape))
}
type Space = Of<'TSModuleDeclaration'>
const isSpace = (node: Node): node is Space =>
  node.type === 'TSModuleDeclaration' && 'body' in node && isNode(node.body) && node.body.type === 'TSModuleBlock'

function specified(script: Script, specifier: Specifier, source: string | undefined, isType: boolean) {
  const exported = specifier.exported.type === 'StringLiteral' ? specifier.exported.value : specifier.exported.name
  const from = source === undefined ? '' : ` from '${source}'`
  const text = excerpt(script.text, startOf(specifier), endOf(specifier))
  const word = isType ? 'export type' : 'export'
  if (specifier.type === 'ExportNamespaceSpecifier') return { imported: '*', exported, shown: `${word} ${text}${from}` }
  if (specifier.type !== 'ExportSpecifier') return { imported: 'default', exported, shown: `${word} ${text}${from}` }
  const { local } = specifier
  return {
    imported: local.type === 'StringLiteral' ? local.value : local.name,
    exported,
    shown: `${word} { ${text} }${from}`,
  }
}

function localsOf(body: readonly Statement[]): Map<string, Declared[]> {
  const locals = new Map<string, Declared[]>()
  const keep = (name: string, declared: Declared) => locals.set(name, [...(locals.get(name) ?? []), declared])
  for (const outer of body) {
    const inner =
      outer.type === 'ExportNamedDeclaration' || outer.type === 'ExportDefaultDeclaration' ? outer.declaration : outer
    if (!inner) continue
    if (inner.type === 'VariableDeclaration')
      for (const node of inner.declarations)
        for (const id of identifiersIn(node.id)) keep(nameOf(id), { node, outer, word: inner.kind, id })
    else if ('id' in inner && isNode(inner.id) && inner.type !== 'TSImportEqualsDeclaration')
      keep(nameOf(inner.id), { node: inner, outer, id: inner.id })
    else if (inner.type === 'TSImportEqualsDeclaration') keep(inner.id.name, { node: inner, outer, id: inner.id })
  }
  return locals
}
const namesOf = (declaration: Node): string[] =>
  'declarations' in declaration && Array.isArray(declaration.declarations)
    ? declaration.declarations.flatMap((one: unknown) =>
        isNode(one) && 'id' in one && isNode(one.id) ? identifiersIn(one.id).map(nameOf) : [],
      )
    : 'id' in declaration && isNode(declaration.id)
      ? [nameOf(declaration.id)]
      : []
function nameOf(id: Node): string {
  if ('name' in id && typeof id.name === 'string') return id.name
  if ('value' in id && typeof id.value === 'string') return id.value
  return 'left' in id && isNode(id.left) && 'right' in id && isNode(id.right)
    ? `${nameOf(id.left)}.${nameOf(id.right)}`
    : ''
}
/** Names that a declaration brings in: `const { a, b: [c] } = …` has a and c. */
function identifiersIn(pattern: Node): Node[] {
  if (pattern.type === 'Identifier') return [pattern]
  const parts: unknown[] =
    'properties' in pattern && Array.isArray(pattern.properties)
      ? pattern.properties
      : 'elements' in pattern && Array.isArray(pattern.elements)
        ? pattern.elements
        : ['value', 'argument', 'left'].flatMap((key) =>
            Object.entries(pattern)
              .filter(([name]) => name === key)
              .map(([, one]): unknown => one),
          )
  return parts.filter(isNode).flatMap(identifiersIn)
}

function importsOf(body: readonly Statement[]): Map<string, Imported> {
  const imports = new Map<string, Imported>()
  for (const statement of body) {
    if (statement.type !== 'ImportDeclaration') continue
    const source = statement.source.value
    for (const specifier of statement.specifiers) {
      const imported =
        specifier.type === 'ImportNamespaceSpecifier'
          ? '*'
          : specifier.type === 'ImportDefaultSpecifier'
            ? 'default'
            : specifier.imported.type === 'StringLiteral'
              ? specifier.imported.value
              : specifier.imported.name
      imports.set(specifier.local.name, { source, imported })
    }
  }
  return imports
}
