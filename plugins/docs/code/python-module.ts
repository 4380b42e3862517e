import type { SyntaxNode, SyntaxNodeRef, Tree } from '@lezer/common'
import { type Defined, definedBy, type Source, shapesOf, textOf } from './python-shapes.ts'
import type { Entry, Module } from './types.ts'

const DEPTH = 4

/** What a file of Python gives to others: what `__all__` says; without it, what has no underscore before its name. */
export function pythonModule(tree: Tree, source: Source): Module {
  const statements = statementsIn(tree.topNode, 0)
  const listed = listOfAll(source, statements)
  const isPackage = /(?:^|\/)__init__\.pyi?$/.test(source.path)
  const entries: Entry[] = []
  const defined = new Map<string, Defined[]>()
  const known = new Set<string>()
  const add = (name: string, entry: Entry) => {
    if ((listed === null ? name.startsWith('_') : !listed.has(name)) || known.has(name)) return
    known.add(name)
    entries.push(entry)
  }
  for (const node of statements) {
    if (node.name === 'ImportStatement') {
      const { module, names, isAll } = importedBy(source, node)
      const isOwn = isPackage && module.startsWith('.')
      if (isAll && (listed !== null || isOwn))
        entries.push({ kind: 'all', source: module, shown: `from ${module} import *`, only: listed })
      for (const { imported, name, isSame } of names) {
        // https://typing.python.org/en/latest/spec/distributing.html#import-conventions
        if (listed === null && !isOwn && !isSame) continue
        const as = imported === name && !isSame ? '' : ` as ${name}`
        const shown = module === '' ? `import ${imported}${as}` : `from ${module} import ${imported}${as}`
        const isModule = module === '' || /^\.+$/.test(module)
        const from = module === '' ? imported : isModule ? `${module}${imported}` : module
        add(
          name,
          isModule
            ? { kind: 'namespace', name, source: from, shown }
            : { kind: 'from', name, imported, source: from, shown },
        )
      }
      continue
    }
    for (const one of definedBy(source, node, listed)) {
      const all = defined.get(one.name) ?? []
      // What is defined again elsewhere, as for another version of Python, is the same thing to a reader.
      defined.set(one.name, [...all, one])
      add(one.name, { kind: 'own', name: one.name, as: (name) => shapesOf(source, defined.get(one.name) ?? [], name) })
    }
  }
  return { entries, errorLine: errorLine(tree, source.text) }
}

/** Statements at the margin, also those that a condition or a `try` is around. */
function statementsIn(parent: SyntaxNode, depth: number): SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let node = parent.firstChild; node; node = node.nextSibling) {
    if (/^(?:If|Try|With)Statement$/.test(node.name) && depth < DEPTH)
      for (const body of node.getChildren('Body')) found.push(...statementsIn(body, depth + 1))
    else if (node.name === 'StatementGroup') found.push(...statementsIn(node, depth + 1))
    else found.push(node)
  }
  return found
}

/** Names of `__all__` where they are written down; null where it is not, or is made by code. */
function listOfAll(source: Source, statements: readonly SyntaxNode[]): ReadonlySet<string> | null {
  let names: Set<string> | null = null
  for (const node of statements) {
    const target = node.firstChild
    const isCall = node.name === 'ExpressionStatement' && target?.name === 'CallExpression'
    const isAssigned = node.name === 'AssignStatement' || node.name === 'UpdateStatement'
    const called = isCall ? /^__all__\.(extend|append)\(/.exec(textOf(source, node)) : null
    if (!called && !(isAssigned && target?.name === 'VariableName' && textOf(source, target) === '__all__')) continue
    names ??= new Set()
    // What is put together from others' lists (`a.__all__`) cannot be known from here: then all that has no underscore counts.
    if (/__all__/.test(textOf(source, node).slice('__all__'.length))) return null
    node.cursor().iterate((one) => {
      if (one.name === 'String') names?.add(textOf(source, one.node).replace(/^[A-Za-z]*(["'])(.*)\1$/s, '$2'))
    })
  }
  return names !== null && names.size > 0 ? names : null
}

interface Imports {
  readonly module: string
  readonly isAll: boolean
  readonly names: readonly { readonly imported: string; readonly name: string; readonly isSame: boolean }[]
}
function importedBy(source: Source, node: SyntaxNode): Imports {
  let module = ''
  let isAfter = node.getChild('from') === null
  let isAll = false
  let isAlias = false
  const names: { imported: string; name: string; isSame: boolean }[] = []
  let isDotted = false
  for (let child = node.firstChild; child; child = child.nextSibling) {
    const text = textOf(source, child)
    if (child.name === 'import') isAfter = true
    else if (!isAfter && child.name !== 'from') module += text
    else if (child.name === 'as') isAlias = true
    else if (child.name === '*') isAll = true
    else if (child.name === '.') isDotted = true
    else if (child.name === 'VariableName') {
      const last = names.at(-1)
      if (isAlias && last) names[names.length - 1] = { ...last, name: text, isSame: last.imported === text }
      else if (isDotted && last)
        names[names.length - 1] = { imported: `${last.imported}.${text}`, name: last.name, isSame: false }
      else if (isAfter) names.push({ imported: text, name: text, isSame: false })
      isAlias = false
      isDotted = false
    }
  }
  return { module, isAll, names }
}

function errorLine(tree: Tree, text: string): number | null {
  let at: number | null = null
  tree.iterate({
    enter(node) {
      if (node.type.isError && !isHarmless(node, text)) at ??= node.from
      return at === null
    },
  })
  return at === null ? null : text.slice(0, at).split('\n').length
}
/** What Python allows and the grammar misses: a `yield` of nothing, and a number that ends with its point. */
const isHarmless = ({ from, to, node }: SyntaxNodeRef, text: string): boolean =>
  from === to &&
  (/^Yield/.test(node.parent?.name ?? '') || /(?<![\w.])\d[\d_]*\.\s*$/.test(text.slice(Math.max(0, from - 40), from)))
