import { describe, expect, it } from 'vitest'
import { definitionSchema } from './definition/schema.ts'
import { readInputs, readPairs } from './inputs.ts'

const definition = definitionSchema.parse({
  name: 'ship',
  inputs: {
    service: { description: 'What is shipped' },
    count: { type: 'number', default: 1 },
    dry: { type: 'boolean', required: false },
    hosts: { type: 'list', required: false },
    level: { choices: ['low', 'high'], default: 'low' },
    values: { type: 'json', default: {} },
  },
  steps: { a: { delay: '1s' } },
})

describe('inputs', () => {
  it('are read as their types, from words as from values', () => {
    const given = readPairs('service="my shop" count=3 dry=yes hosts=a,b values={"x":1}')
    const read = { service: 'my shop', count: 3, dry: true, hosts: ['a', 'b'], level: 'low', values: { x: 1 } }
    expect(readInputs(definition, given)).toEqual(read)
    expect(readInputs(definition, read)).toEqual(read)
  })
  it('say everything that is wrong, and how to write it', () => {
    const wrong = () => readInputs(definition, { count: 'many', level: 'mid', values: '{', colour: 'red' })
    expect(wrong).toThrow(
      [
        'ship cannot start:',
        'there is no input called colour',
        'service is missing (What is shipped)',
        'count must be a number',
        'level must be one of low, high',
        'values must be JSON',
        'Write: /workflow run ship service=<string> count=<number> dry=<boolean> hosts=<list> level=<low|high> values=<json>',
      ].join('\n'),
    )
  })
  it.each([
    ['hello', '“hello” is no input'],
    ['a=1 a=2', 'a is given twice'],
  ])('%s is refused', (text, said) => expect(() => readPairs(text)).toThrow(said))
})
