import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { shortTitle } from './title.ts'

test.each([
  ['Do it', 'Do it'],
  ['Change a story by an instruction', 'Change a story'],
  ['List stories, newest first, or find some', 'List stories'],
  ['Give the value of one of the fields of it', 'Give the value'],
  ['Supercalifragilisticexpialidocious things', 'Story refine'],
  ['', ''],
])('%s → %s', (summary, title) => {
  expect(shortTitle(summary, 'story refine')).toBe(title)
})

test('the title of every command of the README is whole', () => {
  const rows = [...readFileSync('README.md', 'utf8').matchAll(/^\| `\/([^`]+)` \| ([^|]+) \| \w+ \|$/gm)]
  expect(rows.length).toBeGreaterThan(20)
  const titles = rows.map(([, usage = '', summary = '']) => shortTitle(summary.trim(), usage.replace(/ [<[].*/, '')))
  expect(titles.filter((title) => title.length > 24 || !/\w\w/.test(title))).toEqual([])
  // Nothing hangs in the air at the end.
  expect(titles.filter((title) => /\b(?:a|an|the|of|or|and|by|to|as|for|in|on|with)$/.test(title))).toEqual([])
})
