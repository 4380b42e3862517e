import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readModule } from './read.ts'

/** Pieces of code in any order: what people leave behind while they write, and what nobody would. */
const PIECES =
  'export|default|class A|interface B|type C =|enum D|namespace E|function f|const g =|async|static|get h()|import * as i from "j"|from|@k|def l|class M:|async def n|__all__ = ["o"]|"""|`$|`|"|\'|/**|*/|//|#|{|}|(|)|[|]|<|>|=>|->|:|;|,|.|...|?|!|=|*|\\|\n|\r\n|\t|  |    |\uFEFF|\f|ü|𝒜|\u2028|\0|0|1.|lambda: |if x:|else:|yield'.split(
    '|',
  )

describe('any text', () => {
  it('is read or left out with a reason, never an exception; what is read is in one piece', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ maxLength: 6 })), {
          maxLength: 60,
        }),
        fc.constantFrom('', ' ', '\n'),
        fc.constantFrom('a.ts', 'a.tsx', 'a.d.ts', 'a.js', 'a.mjs', 'a.py', 'p/__init__.py', 'a.pyi'),
        async (pieces, between, path) => {
          const text = pieces.join(between)
          const made = await readModule(path, text)
          if ('reason' in made) {
            expect(made.reason).toMatch(/^(?:is|takes) /)
            return
          }
          if (made.errorLine !== null) {
            expect(made.errorLine).toBeGreaterThan(0)
            expect(made.errorLine).toBeLessThanOrEqual(text.split(/\r?\n|[\r\u2028\u2029]/).length)
          }
          for (const entry of made.entries)
            if (entry.kind === 'own')
              for (const shape of entry.as(entry.name)) {
                expect(shape.name).not.toBe('')
                for (const { signature } of [shape, ...shape.members])
                  for (const line of signature.split('\n')) expect(line.length).toBeLessThanOrEqual(420)
              }
        },
      ),
      { numRuns: 300 },
    )
  })
})
