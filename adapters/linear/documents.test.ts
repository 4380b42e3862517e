import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { complexityOf } from '../../test/fakes/linear/graphql.ts'
import { checkOperation, hasSchema } from '../../test/fakes/linear/schema.ts'
import { allDocuments } from './documents.ts'
import { MAX_COMPLEXITY, PAGE } from './limits.ts'

test('every operation has a name of its own', () => {
  const names = allDocuments.map(({ name }) => name)
  expect(names.length).toBeGreaterThan(20)
  expect(new Set(names).size).toBe(names.length)
})
describe.skipIf(!hasSchema)(`Linear's schema${hasSchema ? '' : ' (skipped: ../shared/data/linear is absent)'}`, () => {
  test.each(allDocuments.map(({ name, text }) => [name, text]))('takes %s', (_name, text) => {
    expect(checkOperation(parse(text))).toEqual([])
  })
  test('does not take what it does not know', () => {
    expect(checkOperation(parse('{ viewer { shoeSize } }'))).not.toEqual([])
  })
})
test.each(allDocuments.map(({ name, text }) => [name, text]))(
  '%s stays within the points of one query',
  (_name, text) => {
    expect(complexityOf(parse(text), { first: PAGE })).toBeLessThan(MAX_COMPLEXITY)
  },
)
