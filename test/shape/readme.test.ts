import { expect, it } from 'vitest'
import { fillTables, readmeTables } from './readme.ts'
import { read } from './tree.ts'

it('the tables of the README say what the code says: npm run docs', async () => {
  const readme = read('README.md')
  const tables = await readmeTables()
  const marked = [...readme.matchAll(/<!-- table:([a-z]+) -->/g)].map((match) => match[1])
  expect(marked).toEqual(expect.arrayContaining(['adapters', 'commands']))
  expect(readme).toBe(fillTables(readme, tables))
})

it('fills a marked table and refuses an unknown one', () => {
  const text = 'a\n<!-- table:x -->\nold\n<!-- /table -->\nb\n'
  expect(fillTables(text, { x: '| new |' })).toBe('a\n<!-- table:x -->\n\n| new |\n\n<!-- /table -->\nb\n')
  expect(fillTables(fillTables(text, { x: '1' }), { x: '1' })).toBe(fillTables(text, { x: '1' }))
  expect(() => fillTables(text, { y: '' })).toThrow('no table "x"')
})
