import { describe, expect, test } from 'vitest'
import { type Refusal, refusal } from './errors.ts'
import { idFor, isOwnId } from './mark.ts'

const NOW = 1_800_000_000_000
const refused = (
  status: number,
  code: string,
  message = 'refused',
  headers: Readonly<Record<string, string>> = {},
): Refusal => ({ status, errors: [{ message, extensions: { code } }], header: (name) => headers[name] ?? null })
const about = { reads: false, scope: 'linear:1:requests', nowMs: NOW }

describe('what Linear refuses', () => {
  test.each<[Refusal, string]>([
    [refused(401, 'AUTHENTICATION_ERROR'), 'UNAUTHENTICATED'],
    [refused(400, 'authentication error'), 'UNAUTHENTICATED'],
    [refused(200, 'FORBIDDEN'), 'FORBIDDEN'],
    [refused(200, 'FEATURE_NOT_ACCESSIBLE'), 'FORBIDDEN'],
    [refused(200, 'usage limit exceeded'), 'FORBIDDEN'],
    [refused(400, 'INPUT_ERROR', 'Entity not found: Issue'), 'NOT_FOUND'],
    [refused(400, 'INVALID_INPUT', 'title should not be empty'), 'INPUT_INVALID'],
    [refused(400, 'GRAPHQL_VALIDATION_FAILED'), 'INPUT_INVALID'],
    [refused(400, 'INVALID_INPUT', 'Query too complex'), 'TOO_LARGE'],
    [refused(200, 'LOCK_TIMEOUT'), 'UNAVAILABLE'],
    [refused(302, ''), 'CONFIG_INVALID'],
    [refused(502, ''), 'OUTCOME_UNKNOWN'],
    [refused(200, 'INTERNAL_SERVER_ERROR'), 'OUTCOME_UNKNOWN'],
  ])('%o is %s', (given, code) => expect(refusal('issue', given, about).code).toBe(code))
  test('of a question may be asked again', () => {
    expect(refusal('issue', refused(502, ''), { ...about, reads: true }).code).toBe('UNAVAILABLE')
  })
  test.each<[Readonly<Record<string, string>>, number]>([
    [{}, 60_000],
    [{ 'retry-after': '12' }, 12_000],
    [{ 'x-ratelimit-requests-remaining': '0', 'x-ratelimit-requests-reset': String(NOW + 90_000) }, 90_000],
    [
      {
        'x-ratelimit-requests-remaining': '7',
        'x-ratelimit-requests-reset': String(NOW + 3_000_000),
        'x-ratelimit-complexity-remaining': '0',
        'x-ratelimit-complexity-reset': String(NOW + 30_000),
      },
      30_000,
    ],
    [{ 'x-ratelimit-requests-remaining': '0', 'x-ratelimit-requests-reset': String(NOW - 5) }, 1_000],
  ])('a limit with %o waits %i ms', (headers, afterMs) => {
    const error = refusal('issue', refused(400, 'RATELIMITED', 'slow down', headers), about)
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retry: { afterMs }, scope: 'linear:1:requests' })
  })
})
test('an id follows from its key, has the shape of a UUID v4, and is known again', () => {
  const ids = Array.from({ length: 500 }, (_, i) => idFor(`key ${i}`))
  expect(new Set(ids).size).toBe(500)
  expect(idFor('key 1')).toBe(ids[1])
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(ids.every(isOwnId)).toBe(true)
  expect(Array.from({ length: 500 }, () => crypto.randomUUID()).some(isOwnId)).toBe(false)
})
