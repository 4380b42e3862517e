import { describe, expect, it } from 'vitest'
import { brokenBlocks } from './code-blocks.ts'

const block = (language: string, text: string) => `\n\`\`\`${language}\n${text}\n\`\`\`\n`

describe('a code block that an edit changes', () => {
  it.each([
    ['ts', 'const a: number = open(1)', 'const a: number = open(1', 2],
    ['typescript', 'import { a } from "b"\nawait a()', 'import { a from "b"\nawait a()', 1],
    ['tsx', 'const a = <p>{b}</p>', 'const a = <p>{b}</q>', 1],
    ['js', 'const { a } = require("b")', 'const { a = require("b")', 1],
    ['jsx', 'return <A b="c" />', 'return <A b="c">', 1],
    ['python', 'def a(b: int) -> None: ...', 'def a(b: int -> None: ...', 1],
    ['py', 'with a() as b:\n    print(b)', 'with a() as b:\nprint(b', 2],
    ['json', '{ "a": 1 }', '{ "a": 1, }', 1],
  ])('in %s must parse where it did: %j → %j', async (language, good, bad, line) => {
    const [fine, broken] = [`# A${block(language, good)}`, `# A${block(language, bad)}`]
    expect(await brokenBlocks('a.md', fine, fine.replace('# A', '# B'))).toEqual([])
    expect(await brokenBlocks('a.md', broken, fine)).toEqual([])
    const problems = await brokenBlocks('a.md', fine, broken)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`a.md: the code block at line 2 is no ${language} that parses, see its line `)
    expect(Number(problems[0]?.split(' ').at(-1))).toBeLessThanOrEqual(line + 1)
    // A part of something was none before, and need not become something.
    expect(await brokenBlocks('a.md', `# A${block(language, `${bad} `)}`, broken)).toEqual([])
    expect(await brokenBlocks('a.md', '# A\n', broken)).toEqual(problems)
  })
  it.each(['sh', '', 'diff', 'mermaid', 'yaml'])('in %j is not read', async (language) => {
    expect(await brokenBlocks('a.md', '# A\n', block(language, 'const ( = {'))).toEqual([])
  })
})
