import { readModule } from '../code/read.ts'
import { linesOf } from '../index/chunks.ts'

interface CodeBlock {
  /** Line of the document where it begins. */
  readonly line: number
  readonly language: string
  readonly text: string
}
/** What the words behind a fence are read as; others are not read. */
const FILES: Readonly<Record<string, string>> = {
  ts: 'block.ts',
  typescript: 'block.ts',
  mts: 'block.ts',
  tsx: 'block.tsx',
  js: 'block.jsx',
  javascript: 'block.jsx',
  mjs: 'block.jsx',
  jsx: 'block.jsx',
  py: 'block.py',
  python: 'block.py',
}
const BLOCKS = 60
const BLOCK_CHARACTERS = 20_000

/**
 * Code blocks that an edit leaves so that they do not parse any more. Examples are often parts of something, so only what parsed before, or
 * was not there, must parse.
 */
export async function brokenBlocks(path: string, before: string, after: string): Promise<string[]> {
  const [had, has] = [blocksOf(before), blocksOf(after)]
  const known = new Set(had.map(({ text }) => text))
  const problems: string[] = []
  for (const [i, block] of has.entries()) {
    if (known.has(block.text)) continue
    const broken = await errorLineOf(block)
    if (broken === null) continue
    const old = had.length === has.length ? had[i] : undefined
    if (old !== undefined && (await errorLineOf(old)) !== null) continue
    problems.push(
      `${path}: the code block at line ${block.line} is no ${block.language} that parses, see its line ${broken}`,
    )
  }
  return problems
}
function blocksOf(document: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: {
    readonly fence: string
    readonly language: string
    readonly line: number
    readonly lines: string[]
  } | null = null
  for (const [i, line] of linesOf(document).entries()) {
    const [, fence, word = ''] = /^ {0,3}(`{3,}|~{3,})[ \t]{0,9}([\w+-]{0,20})/.exec(line) ?? []
    if (open === null) {
      if (fence !== undefined) open = { fence, language: word.toLowerCase(), line: i + 1, lines: [] }
    } else if (fence?.startsWith(open.fence) && line.trim() === fence) {
      blocks.push({ line: open.line, language: open.language, text: open.lines.join('\n') })
      open = null
    } else open.lines.push(line)
  }
  return blocks.slice(0, BLOCKS)
}
async function errorLineOf({ language, text }: CodeBlock): Promise<number | null> {
  if (language === 'json') return isJson(text) ? null : 1
  const file = FILES[language]
  if (file === undefined || text.length > BLOCK_CHARACTERS) return null
  const made = await readModule(file, text)
  return 'reason' in made ? null : made.errorLine
}
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
