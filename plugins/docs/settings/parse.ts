import { z } from 'zod'
import { DEFAULT_SETTINGS, MAX_SETTINGS_BYTES, SETTINGS_FILE, type Settings, settingsSchema } from './settings.ts'

export interface ParsedSettings {
  readonly settings: Settings
  /** What is wrong, each with its line and its cure; the defaults stand while there is anything. */
  readonly problems: readonly string[]
}
const DEPTH = 12
const fileSchema = z.looseObject({ docs: settingsSchema.default(DEFAULT_SETTINGS) })

/** Reads a settings file that anybody with a branch may have written. Never throws. */
export async function parseSettings(bytes: Uint8Array): Promise<ParsedSettings> {
  const refuse = (...problems: string[]): ParsedSettings => ({
    settings: DEFAULT_SETTINGS,
    problems: problems.map((problem) => `${SETTINGS_FILE}: ${problem}`).slice(0, 20),
  })
  if (bytes.byteLength > MAX_SETTINGS_BYTES) return refuse(`is larger than ${MAX_SETTINGS_BYTES / 1024} KB: shorten it`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refuse('is not UTF-8: save it as UTF-8')
  }
  if (deepest(text) > DEPTH) return refuse(`is nested more than ${DEPTH} levels deep: it needs three`)
  // Loaded with the first settings file: few repositories have one, and every start would pay for it.
  const { isNode, LineCounter, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const lineAt = (offset: number) => `line ${lines.linePos(offset).line}`
  if (document.errors.length > 0)
    return refuse(...document.errors.map((error) => `${lineAt(error.pos[0])}: ${error.message.split('\n')[0]}`))
  let value: unknown
  try {
    // An alias repeats what its anchor holds, and aliases of aliases grow without end: none is allowed.
    value = document.toJS({ maxAliasCount: 0 })
  } catch {
    return refuse('uses an anchor with an alias (&name, *name): write the value out instead')
  }
  const parsed = fileSchema.safeParse(value ?? {})
  if (parsed.success) return { settings: parsed.data.docs, problems: [] }
  const lineOf = (path: readonly PropertyKey[]): string => {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const node = document.getIn(path.slice(0, depth), true)
      if (isNode(node) && node.range) return lineAt(node.range[0])
    }
    return 'line 1'
  }
  return refuse(...parsed.error.issues.map((issue) => `${lineOf(issue.path)}: ${inWords(issue)}`))
}

function inWords(issue: z.core.$ZodIssue): string {
  const where = issue.path.map(String).join('.') || 'the file'
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(settingsSchema.shape).join(', ')
    return `${issue.keys.map((key) => `“${key.slice(0, 40)}”`).join(', ')} is no setting of ${where}: there are ${known}`
  }
  return `${where} ${issue.message.replace(/^Invalid input: /, '')}`
}

/** Nesting as far as brackets and indentation can tell, before a parser recurses into it. */
function deepest(text: string): number {
  let open = 0
  let most = 0
  for (const character of text) {
    if (character === '[' || character === '{') open += 1
    if (character === ']' || character === '}') open -= 1
    most = Math.max(most, open)
  }
  const indents = text.split('\n').map((line) => /^[ ]*(?:- +)*/.exec(line)?.[0].length ?? 0)
  return Math.max(most, Math.floor(Math.max(0, ...indents) / 2))
}
