import { describe, expect, it } from 'vitest'
import { readAnswer } from './answer.ts'

const bytes = (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1')

describe('an answer of the load generator', () => {
  it.each([
    ['with a length', 'HTTP/1.1 200 OK\ncontent-length: 5\n\nhello'],
    ['without a body', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
    ['of a status that has no body', 'HTTP/1.1 204 No Content\n\n'],
    ['in chunks', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n10\n0123456789abcdef\n0\n\n'],
    ['in no chunk at all', 'HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n0\n\n'],
    ['in chunks with trailers', 'HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n1;x=y\nZ\n0\nDigest: 1\n\n'],
  ])('%s ends where it ends, and not before', (_, text) => {
    const answer = bytes(text)
    for (let cut = 0; cut < answer.length; cut++) expect(readAnswer(answer.subarray(0, cut))).toBeNull()
    const status = text.slice(9, 12)
    expect(readAnswer(answer)).toEqual({ status, length: answer.length })
    expect(readAnswer(Buffer.concat([answer, bytes('HTTP/1.1 500')]))).toEqual({ status, length: answer.length })
  })

  it('without a length cannot be told from its successor', () => {
    expect(() => readAnswer(bytes('HTTP/1.1 200 OK\n\nhello'))).toThrow('without a length')
  })
})
