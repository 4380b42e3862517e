import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { STATUS } from '../http/problem.ts'
import { ERROR_CODES, HubError } from './errors.ts'

const documented = readFileSync(new URL('./errors.md', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, code, status, retry, means, who] = line.match(/^\| `(\w+)` \| (\d+) \| (\w+) \| (.+) \| (.+) \|$/) ?? []
    return code === undefined ? [] : [{ code, status: Number(status), retry, means, who }]
  })

describe('errors.md', () => {
  it('documents exactly the codes there are, in their order', () => {
    expect(documented.map(({ code }) => code)).toEqual([...ERROR_CODES])
  })
  it.each(ERROR_CODES.map((code) => [code] as const))('tells the status and retry that %s has', (code) => {
    const row = documented.find((one) => one.code === code)
    expect(row).toMatchObject({ status: STATUS[code][0], retry: new HubError(code, 'x').retry })
    expect(row?.means?.length).toBeGreaterThan(20)
  })
})
