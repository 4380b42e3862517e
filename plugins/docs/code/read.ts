import { pythonModule } from './python-module.ts'
import { scriptModule } from './script-module.ts'
import { readScript } from './script-parse.ts'
import { withinTime } from './time-limit.ts'
import type { LeftOut, Module } from './types.ts'

const SCRIPT = /\.[cm]?[jt]sx?$/
const PYTHON = /\.pyi?$/
const MAX_CHARACTERS = 1_000_000
/** Lines this long on average were written by a machine. */
const MACHINE_LINE = 400
const MACHINE_CHARACTERS = 10_000
const PARSE_MS = 2_000

/** Files whose names and signatures are read by a parser. */
export const isParsed = (path: string): boolean => SCRIPT.test(path) || PYTHON.test(path)

/** What a file gives to others, by its language's parser, which is loaded when the first file needs it. */
export async function readModule(path: string, given: string): Promise<Module | LeftOut> {
  const reason = unfit(path, given)
  if (reason !== null) return { reason }
  const text = given.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const read = PYTHON.test(path) ? await pythonReader(path, text) : await scriptReader(path, text)
  try {
    return withinTime(PARSE_MS, read)?.value ?? { reason: `takes longer than ${PARSE_MS / 1_000} s to read` }
  } catch (error) {
    // The stack is at its end.
    if (error instanceof RangeError) return { reason: 'is nested too deeply to be read' }
    throw error
  }
}
async function scriptReader(path: string, text: string): Promise<() => Module> {
  const { parse } = await import('@babel/parser')
  return () => scriptModule(readScript(parse, path, text))
}
async function pythonReader(path: string, text: string): Promise<() => Module> {
  const { parser } = await import('@lezer/python')
  // A form feed is a blank to Python, on a line of its own as well.
  const source = { path, text: text.replaceAll('\f', ' ') }
  return () => pythonModule(parser.parse(source.text), source)
}

function unfit(path: string, text: string): string | null {
  if (!isParsed(path)) return 'is neither TypeScript nor JavaScript nor Python'
  if (text.length > MAX_CHARACTERS) return `is larger than ${MAX_CHARACTERS / 1_000_000} MB`
  const lines = text.split('\n').length
  const isMachine = text.length > MACHINE_CHARACTERS && text.length / lines > MACHINE_LINE
  return isMachine || /\.min\.[cm]?js$/.test(path) ? 'is minified' : null
}
