import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Json } from '#contract'
import { definitionSchema } from '../definition/schema.ts'
import { settle } from '../plan/settle.ts'
import { observed, planned } from './entries.ts'
import { replay } from './replay.ts'

const json = z.json().transform((value) => value as Json)
const recorded = z.object({
  definition: definitionSchema,
  start: z.object({
    inputs: json,
    event: json,
    about: z.object({ reference: z.string(), workflow: z.string(), by: z.string() }),
  }),
  journal: z.array(
    z.object({
      step: z.string().nullable(),
      attempt: z.number().nullable(),
      cause: z.enum(['seen', 'plan']),
      status: z.string(),
      note: z.string().nullable(),
      output: json,
    }),
  ),
})
const folder = new URL('recorded/', import.meta.url)
const read = (file: string) => recorded.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
const files = readdirSync(folder)

describe('runs of an earlier day play again to the same plan', () => {
  it.each(files)('%s', (file) => {
    const { definition, start, journal } = read(file)
    expect(journal.length).toBeGreaterThan(5)
    expect(replay(definition, start, journal)).toBeNull()
  })
  it('and another plan is noticed, wherever it differs', () => {
    const { definition, start, journal } = read(files.find((name) => name.startsWith('ci-pipeline')) ?? '')
    const gate = journal.findIndex(({ step, cause }) => step === 'quality' && cause === 'plan')
    expect(gate).toBeGreaterThan(0)
    const changed = { ...definition, steps: { ...definition.steps } }
    const { quality } = changed.steps
    if (!quality) throw new Error('the pipeline has a quality gate')
    changed.steps.quality = { ...quality, gate: 'false' }
    expect(replay(changed, start, journal)).toMatchObject({ at: gate, replayed: expect.stringContaining('failed') })
    expect(replay(definition, start, journal.toSpliced(gate, 1))).toMatchObject({ at: gate })
  })
})

it('a journal is written as it is read', () => {
  const definition = definitionSchema.parse({
    name: 'x',
    steps: { a: { gate: 'true' }, b: { needs: ['a'], delay: '1s' } },
  })
  const start = { inputs: {}, event: null, about: { reference: 'WF-1', workflow: 'x', by: 'ada' } }
  const before = { ...start, status: 'pending', outcome: null, reason: null, steps: new Map(), started: 0 } as const
  const seen = { ...before, status: 'running' } as const
  const journal = [...observed(before, seen), ...settle(definition, seen).decisions.map(planned)]
  expect(journal.map(({ step, status }) => `${step} ${status}`)).toEqual(['null running', 'a succeeded', 'b queued'])
  expect(replay(definition, start, journal)).toBeNull()
})
