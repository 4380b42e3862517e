import { describe, expect, it } from 'vitest'
import { HubError } from '#contract'
import { isAway, sqlState } from './sql.ts'

const withCode = (code: unknown, cause?: unknown) => Object.assign(new Error('x', { cause }), { code })

describe('isAway', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'CONNECTION_CLOSED',
    'CONNECTION_ENDED',
    'CONNECT_TIMEOUT',
    '08006',
    '57P01',
    '57P03',
    '53300',
    '53100',
    '25006',
  ])('%s means that the database is away', (code) => {
    expect(isAway(withCode(code))).toBe(true)
    expect(isAway(new Error('Failed query', { cause: withCode(code) }))).toBe(true)
  })
  it.each(['23505', '22P05', '42P01', '40001', '57014', 'ENOENT', 8006])('%s does not', (code) => {
    expect(isAway(withCode(code))).toBe(false)
  })
  it.each([null, undefined, 'ECONNREFUSED', { code: 'ECONNREFUSED' }, new HubError('UNAVAILABLE', 'x')])(
    '%s is no error of a driver',
    (thrown) => expect(isAway(thrown)).toBe(false),
  )
  it('ends on an error that is its own cause', () => {
    const loop = new Error('loop')
    loop.cause = loop
    expect(isAway(loop)).toBe(false)
    expect(sqlState(loop)).toBeNull()
  })
})

describe('sqlState', () => {
  it('finds the code through the wrappers', () => {
    expect(sqlState(withCode('23505'))).toBe('23505')
    expect(sqlState(new Error('a', { cause: new Error('b', { cause: withCode('42P01') }) }))).toBe('42P01')
  })
  it.each([withCode('ECONNREFUSED'), withCode(23505), new Error('x'), '23505', null])('%s has none', (thrown) => {
    expect(sqlState(thrown)).toBeNull()
  })
})
