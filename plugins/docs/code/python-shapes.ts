import type { SyntaxNode } from '@lezer/common'
import { type Change, excerpt } from './excerpt.ts'
import { joined, merged } from './merge.ts'
import { docstring, firstSentence, NOTHING_SAID, type Said } from './said.ts'
import type { Exported, Shape } from './types.ts'

export interface Source {
  readonly path: string
  readonly text: string
}
/** One definition, and where its name stands. */
export interface Defined {
  readonly name: string
  /** The statement, decorators included. */
  readonly node: SyntaxNode
  readonly id: SyntaxNode
}
const VALUE_CHARACTERS = 120
/** Decorators that say how a thing is used. Others are the business of who wrote it. */
const TELLING =
  /^@(?:[\w.]+\.)?(?:property|cached_property|staticmethod|classmethod|overload|abstractmethod|final|dataclass|contextmanager|asynccontextmanager|runtime_checkable|deprecated|setter|deleter)(?:\s*\(|$)/
const CALLED = /^__(?:init|call)__$/
/** Assignments without a type that nevertheless are a constant, or a type. */
const CONSTANT = /^[A-Z][A-Z\d_]+$/
const TYPE_VALUE = /^(?:typing\.|t\.)?(?:NewType|NamedTuple|TypedDict|namedtuple|TypeAliasType)\s*\(/

export const textOf = ({ text }: Source, { from, to }: Pick<SyntaxNode, 'from' | 'to'>): string => text.slice(from, to)

/** What a statement brings into the world, by name. */
export function definedBy(source: Source, node: SyntaxNode, listed: ReadonlySet<string> | null): Defined[] {
  const inner =
    node.name === 'DecoratedStatement'
      ? (node.getChild('FunctionDefinition') ?? node.getChild('ClassDefinition'))
      : node
  if (inner === null) return []
  if (/^(?:FunctionDefinition|ClassDefinition|TypeDefinition)$/.test(inner.name)) {
    const id = inner.getChild('VariableName')
    return id === null || id.from === id.to ? [] : [{ name: textOf(source, id), node, id }]
  }
  if (inner.name !== 'AssignStatement') return []
  const id = inner.firstChild
  if (id?.name !== 'VariableName') return []
  const name = textOf(source, id)
  const value = inner.getChild('AssignOp')?.nextSibling ?? null
  const isPlain =
    inner.getChild('TypeDef') !== null ||
    CONSTANT.test(name) ||
    (value !== null && TYPE_VALUE.test(textOf(source, value)))
  return isPlain || listed?.has(name) === true ? [{ name, node, id }] : []
}

/** All definitions of a name: forms marked `@overload` without what implements them. */
export function shapesOf(source: Source, all: readonly Defined[], name: string): Exported[] {
  const shapes = formsOf(source, all).flatMap((one) => shapeOf(source, one, name) ?? [])
  const [first, ...others] = shapes
  // Defined again under another condition, it is the same to a reader; only forms of one function are all told.
  return first === undefined ? [] : [isForm(source, all[0]) ? others.reduce(joined, first) : first]
}
const isForm = (source: Source, defined: Defined | undefined): boolean =>
  defined !== undefined && decoratorsOf(source, defined.node).some((one) => /^@(?:[\w.]+\.)?overload$/.test(one))
function formsOf(source: Source, all: readonly Defined[]): readonly Defined[] {
  const forms = all.filter((one) => isForm(source, one))
  return forms.length > 0 ? forms : all
}

function shapeOf(source: Source, { node, id, name: own }: Defined, name: string): Exported | null {
  const inner =
    node.name === 'DecoratedStatement'
      ? (node.getChild('FunctionDefinition') ?? node.getChild('ClassDefinition'))
      : node
  if (inner === null) return null
  const decorators = decoratorsOf(source, node)
  const changes: Change[] = own === name ? [] : [{ from: id.from, to: id.to, text: name }]
  const body = inner.getChild('Body')
  const said = body === null ? NOTHING_SAID : saidIn(source, body)
  if (said.isInternal) return null
  const head = body === null ? assigned(source, inner, changes) : written(source, inner, inner.from, body.from, changes)
  const told = decorators.filter((one) => TELLING.test(one) && !/deprecated/.test(one))
  const isClass = inner.name === 'ClassDefinition'
  const bases = isClass ? inner.getChild('ArgList') : null
  return {
    name,
    signature: [...told, head].join('\n'),
    about: said.about,
    deprecated: deprecatedBy(decorators) ?? said.deprecated,
    parameters: parametersOf(source, inner),
    members: isClass && body !== null ? membersOf(source, body, bases === null ? '' : textOf(source, bases)) : [],
    extends:
      bases !== null &&
      /[A-Za-z]/.test(
        textOf(source, bases).replace(/\b(?:object|Enum|BaseModel|NamedTuple|TypedDict|Protocol|ABC)\b/g, ''),
      ),
  }
}

/** Fields, methods and nested classes that have no underscore before their name; what is called on construction as well. */
function membersOf(source: Source, body: SyntaxNode, bases: string): Shape[] {
  const isEnum = /Enum|Flag/.test(bases)
  const byName = new Map<string, Defined[]>()
  for (let node = body.firstChild; node; node = node.nextSibling) {
    const target = node.firstChild
    const names = isEnum && node.name === 'AssignStatement' && target ? new Set([textOf(source, target)]) : null
    for (const one of definedBy(source, node, names))
      if (!one.name.startsWith('_') || CALLED.test(one.name))
        byName.set(one.name, [...(byName.get(one.name) ?? []), one])
  }
  return [...byName.values()].flatMap((all) => {
    const shapes = formsOf(source, all).flatMap((one) => shapeOf(source, one, one.name) ?? [])
    return merged(
      shapes.map(({ name, signature, about, deprecated, parameters }) => ({
        name,
        signature,
        about,
        deprecated,
        parameters,
      })),
    )
  })
}

function decoratorsOf(source: Source, node: SyntaxNode): string[] {
  return node.name === 'DecoratedStatement'
    ? node.getChildren('Decorator').map((one) => excerpt(source.text, one.from, one.to, [], VALUE_CHARACTERS))
    : []
}
/** `@deprecated("Use open_shop.")`: https://peps.python.org/pep-0702/ */
function deprecatedBy(decorators: readonly string[]): string | null {
  const found = decorators.find((one) => /^@(?:[\w.]+\.)?deprecated\b/.test(one))
  if (found === undefined) return null
  return firstSentence(/\(\s*[rRuU]?(["'])(.*?)\1/s.exec(found)?.[2] ?? '')
}
function saidIn(source: Source, body: SyntaxNode): Said {
  const first = body.getChild('ExpressionStatement')
  const isFirst = first !== null && first.prevSibling?.name === ':'
  const literal = isFirst ? first.firstChild : null
  if (literal?.name === 'String') return docstring(textOf(source, literal))
  const part = literal?.name === 'ContinuedString' ? literal.getChild('String') : null
  return part === null ? NOTHING_SAID : docstring(textOf(source, part))
}

/** A constant with its type, and with its value where that is short. */
function assigned(source: Source, node: SyntaxNode, changes: readonly Change[]): string {
  if (node.name === 'TypeDefinition') return written(source, node, node.from, node.to, changes)
  const type = node.getChild('TypeDef')
  const value = node.getChild('AssignOp')?.nextSibling ?? null
  const head = written(source, node, node.from, type?.to ?? node.firstChild?.to ?? node.to, changes)
  if (value === null) return head
  const text = written(source, node, value.from, node.to)
  const isLong = text.includes('\n') || text.length > VALUE_CHARACTERS
  const isTold =
    /^(?:String|Number|Boolean|None|UnaryExpression)$/.test(value.name) ||
    TYPE_VALUE.test(text) ||
    /TypeAlias\b/.test(head)
  if (type === null && !isTold) return head
  return `${head} = ${isLong ? begun(text) : text}`
}
/** How a long value begins, on one line. */
const begun = (text: string): string =>
  `${(text.split('\n')[0] ?? '')
    .slice(0, VALUE_CHARACTERS / 2)
    .replace(/…$/, '')
    .trimEnd()}…`
function written(source: Source, node: SyntaxNode, from: number, to: number, changes: readonly Change[] = []): string {
  const comments: Change[] = []
  node.cursor().iterate((one) => {
    if (one.from >= to) return false
    if (one.name === 'Comment') comments.push({ from: one.from, to: one.to, text: ' ' })
    return true
  })
  // A line that goes on after a backslash goes on.
  return excerpt(source.text, from, to, [...changes, ...comments]).replace(/ \\ /g, ' ')
}

function parametersOf(source: Source, node: SyntaxNode): string[] {
  const list = node.getChild('ParamList')
  return (list?.getChildren('VariableName') ?? [])
    .filter(({ prevSibling }) => prevSibling?.name !== 'AssignOp')
    .map((one) => textOf(source, one))
    .filter((name) => name !== 'self' && name !== 'cls')
}
