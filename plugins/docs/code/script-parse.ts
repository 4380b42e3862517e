import type { File, ParserOptions, ParserPlugin } from '@babel/parser'
import type { Change } from './excerpt.ts'
import { jsDoc, NOTHING_SAID, type Said } from './said.ts'

export type Statement = File['program']['body'][number]
export type Of<Type extends Statement['type']> = Extract<Statement, { type: Type }>
/** What every node has; Babel's own type of all of them is no part of its parser. */
export interface Node {
  readonly type: string
  readonly start?: number | null
  readonly end?: number | null
  readonly leadingComments?: File['comments']
}
export interface Script {
  readonly text: string
  readonly body: readonly Statement[]
  readonly errorLine: number | null
  /** A type declaration file, where everything is public. */
  readonly isAmbient: boolean
  /** Comments within a stretch, each to be written as a blank. */
  comments(from: number, to: number): Change[]
}
export type ParseScript = typeof import('@babel/parser').parse

/** What the compiler refuses, and what nevertheless says all there is to read. Parameters have decorators in TypeScript alone. */
const HARMLESS = new Set<unknown>([
  'UnsupportedParameterDecorator',
  'VarRedeclaration',
  'DuplicateExport',
  'ModuleExportUndefined',
])
const ATTEMPTS = 4
/** Where a statement of the module begins in code that does not parse. */
const BEGINNING =
  /^(?:export|import|function|async|class|abstract|interface|type|enum|const|let|var|declare|namespace|module|@|\/\*\*)/

/** Parses what can be parsed: a statement that cannot is left out, and its line is told. */
export function readScript(parse: ParseScript, path: string, text: string): Script {
  const isTyped = /\.[cm]?tsx?$/.test(path)
  const isAmbient = /\.d\.[cm]?ts$/.test(path)
  const plugins: ParserPlugin[] = ['decorators', 'decoratorAutoAccessors']
  if (isTyped) plugins.push(['typescript', { dts: isAmbient }])
  if (!/\.[cm]?ts$/.test(path)) plugins.push('jsx')
  const options: ParserOptions = {
    // What is strict in a module is none of the business of a script.
    sourceType: isTyped || /^\s*(?:import\s*[\w{*'"]|export\b)/m.test(text) ? 'module' : 'script',
    errorRecovery: true,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowUndeclaredExports: true,
    plugins,
  }
  let code = text
  let errorLine: number | null = null
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { program, comments, errors } = parse(code, options)
      const wrong = errors.find(({ reasonCode }) => !HARMLESS.has(reasonCode))
      return {
        text,
        body: program.body,
        errorLine: errorLine ?? wrong?.loc.line ?? null,
        isAmbient,
        comments: within(comments),
      }
    } catch (error) {
      if (!(error instanceof SyntaxError) || !('pos' in error) || typeof error.pos !== 'number') throw error
      errorLine ??= code.slice(0, error.pos).split('\n').length
      if (attempt === ATTEMPTS) return { text, body: [], errorLine, isAmbient: false, comments: () => [] }
      code = attempt === ATTEMPTS - 1 ? code.slice(0, beginning(code, error.pos)) : without(code, error.pos)
    }
  }
}

/** The code without the statement at a place, every other one where it was. */
function without(code: string, at: number): string {
  const statement = beginning(code, at)
  const above = code.slice(0, statement).trimEnd()
  // What is said about it is not about the next one.
  const from = above.endsWith('*/') ? Math.max(0, above.lastIndexOf('/**')) : statement
  let to = code.length
  for (let line = code.lastIndexOf('\n', at - 1) + 1; line < code.length; ) {
    if (line > statement && BEGINNING.test(code.slice(line, line + 20))) {
      to = line
      break
    }
    const end = code.indexOf('\n', line)
    line = end === -1 ? code.length : end + 1
  }
  return code.slice(0, from) + code.slice(from, to).replace(/[^\n]/g, ' ') + code.slice(to)
}
function beginning(code: string, at: number): number {
  for (let end = at; end > 0; ) {
    const line = code.lastIndexOf('\n', end - 1) + 1
    // Where a statement is met that was not expected, the one before it is wrong.
    if (line < at && BEGINNING.test(code.slice(line, line + 20))) return line
    end = line - 1
  }
  return 0
}

function within(comments: File['comments']): Script['comments'] {
  const all = (comments ?? []).map(({ start, end }): Change => ({ from: start ?? 0, to: end ?? 0, text: ' ' }))
  return (from, to) => {
    let [low, high] = [0, all.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((all[middle]?.from ?? 0) < from) low = middle + 1
      else high = middle
    }
    const found: Change[] = []
    for (let i = low; i < all.length; i += 1) {
      const one = all[i]
      if (!one || one.to > to) break
      found.push(one)
    }
    return found
  }
}

/** The last comment before a node that is meant as documentation. */
export function saidAbout(node: Node): Said {
  const comment = node.leadingComments?.findLast(({ type, value }) => type === 'CommentBlock' && value.startsWith('*'))
  return comment ? jsDoc(comment.value.slice(1)) : NOTHING_SAID
}
