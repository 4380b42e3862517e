import { expect, test } from 'vitest'
import { nearestCommands } from './nearest.ts'

const names = ['hub help', 'hub webhook add', 'hub webhook remove', 'story', 'story list', 'docs adr']

test.each([
  ['help me please', ['hub help']],
  ['stroy list of everything', ['story list', 'story']],
  ['hub webhok add', ['hub webhook add']],
  // Instructions about a story, not the ends of commands of three words.
  ['adr for queues', ['docs adr']],
  ['add a criterion', []],
  ['remove AC-2 from it', []],
])('%s', (line, nearest) => {
  expect(nearestCommands(line.split(' '), names)).toEqual(nearest)
})
