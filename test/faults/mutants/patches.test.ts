import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ROOT } from '../root.ts'
import { PATCHES } from './patches.ts'

const edits = Object.entries(PATCHES).flatMap(([name, { edits }]) => edits.map((edit) => ({ name, ...edit })))

it.each(edits)('$name fits $file', ({ file, find, replace }) => {
  expect(readFileSync(`${ROOT}${file}`, 'utf8').split(find)).toHaveLength(2)
  expect(replace).not.toBe(find)
})
