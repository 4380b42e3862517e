import type { Random } from '../faults/random.ts'
import type { Oracle, Signed } from './oracle.ts'

export interface Attack {
  readonly kind: string
  readonly body: Uint8Array
  readonly headers: Signed
  readonly atSeconds: number
}
/** A request that must be refused, made from an honest one. */
export async function attack(oracle: Oracle, random: Random, atSeconds: number): Promise<Attack> {
  for (;;) {
    const body = Buffer.from(oracle.body(random))
    const honest = await oracle.sign(body, atSeconds)
    const one = await change(oracle, random, { kind: 'none', body, headers: honest, atSeconds })
    const same = JSON.stringify(one.headers) === JSON.stringify(honest) && Buffer.compare(one.body, body) === 0
    // Now and then a change changes nothing: a letter without another case, a byte moved nowhere.
    if (!same || one.atSeconds !== atSeconds || one.kind === 'forged') return one
  }
}

async function change(oracle: Oracle, random: Random, honest: Attack): Promise<Attack> {
  const { lateBySeconds, earlyBySeconds } = oracle
  const timed = lateBySeconds === null || earlyBySeconds === null ? [] : ['late', 'early']
  const kinds = ['header', 'header', 'header', 'header', 'missing', 'doubled', ...timed, 'forged', 'swapped']
  const kind = random.pick(oracle.coversBody ? [...kinds, 'body', 'body', 'body', 'boundary'] : kinds)
  const { body, atSeconds } = honest
  const name = random.pick(oracle.proof)
  const value = honest.headers[name] ?? ''
  const withHeader = (what: string, text: string) => ({
    ...honest,
    kind: what,
    headers: { ...honest.headers, [name]: text },
  })
  switch (kind) {
    case 'header': {
      const [what, mutate] = random.pick(Object.entries(STRINGS))
      return withHeader(`${name}: ${what}`, mutate(value, random))
    }
    case 'missing': {
      const { [name]: _, ...rest } = honest.headers
      return { ...honest, kind: `${name} missing`, headers: rest }
    }
    case 'doubled':
      // As `Headers` joins a header that comes twice, in both orders, with a bad one and with itself.
      return withHeader(
        `${name} doubled`,
        random.pick([`${value}, ${value}`, `${value}, x`, `x, ${value}`, `${value},${value}`]),
      )
    case 'late':
      return {
        ...honest,
        kind,
        atSeconds: atSeconds + (lateBySeconds ?? 0) + random.int(0, 1) * random.int(0, 604_800),
      }
    case 'early':
      return {
        ...honest,
        kind,
        atSeconds: atSeconds - (earlyBySeconds ?? 0) - random.int(0, 1) * random.int(0, 31_536_000),
      }
    case 'forged':
      return { ...honest, kind, headers: await oracle.forge(body, atSeconds, random) }
    case 'swapped': {
      // The proof of another honest request, of the same second or of another.
      const other = Buffer.from(`${oracle.body(random)} `)
      const proof = await oracle.sign(other, atSeconds - random.int(0, 1) * (lateBySeconds ?? 0))
      const old = oracle.coversBody ? proof : await oracle.sign(other, atSeconds - (lateBySeconds ?? 0))
      return { ...honest, kind, headers: old }
    }
    case 'boundary': {
      // Bytes moved between what is signed before the body and the body.
      const shifted = Object.fromEntries(
        Object.entries(honest.headers).map(([k, v]) => [k, /^\d+$/.test(v) ? v.slice(0, -1) : v]),
      )
      const moved =
        Object.values(honest.headers)
          .find((v) => /^\d+$/.test(v))
          ?.at(-1) ?? ''
      return { ...honest, kind, headers: shifted, body: Buffer.concat([Buffer.from(moved), body]) }
    }
    default: {
      const [what, mutate] = random.pick(Object.entries(BYTES))
      return { ...honest, kind: `body: ${what}`, body: mutate(Buffer.from(body), random) }
    }
  }
}

const STRINGS: Readonly<Record<string, (text: string, random: Random) => string>> = {
  'bit flipped': (text, random) => {
    const at = random.int(0, text.length - 1)
    return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << random.int(0, 6))) + text.slice(at + 1)
  },
  'character replaced': (text, random) => {
    const at = random.int(0, text.length - 1)
    return text.slice(0, at) + random.pick([...'0123456789abcdefghijABCDEF-_+/=.,; ']) + text.slice(at + 1)
  },
  'upper case': (text) => text.toUpperCase(),
  'lower case': (text) => text.toLowerCase(),
  'one letter in the other case': (text, random) => {
    const at = random.int(0, text.length - 1)
    const one = text[at] ?? ''
    return text.slice(0, at) + (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase()) + text.slice(at + 1)
  },
  'cut at the end': (text, random) => text.slice(0, -random.int(1, Math.min(8, text.length))),
  'cut at the start': (text, random) => text.slice(random.int(1, Math.min(8, text.length))),
  'junk appended': (text, random) =>
    text +
    random.pick(['=', '==', '=junk', ',junk', 'junk', '.0', 'e0', '\0', ';', '0', '00', '%00', '.', '\n', '\r\nX: y']),
  'junk in front': (text, random) =>
    random.pick(['+', '0', '00', '0x', '-', '=', 'v0=', 'v1,', 'sha256=', '\u200b', '"']) + text,
  'space inside': (text, random) => {
    const at = random.int(1, text.length - 1)
    return `${text.slice(0, at)}${random.pick([' ', '\t', '\u00a0', '\u2003'])}${text.slice(at)}`
  },
  quoted: (text) => `"${text}"`,
  empty: () => '',
  'the word null': (_text, random) => random.pick(['null', 'undefined', 'NaN', '0', 'true', '[object Object]', '{}']),
  'digits of another script': (text, random) => {
    const zero = random.pick([0x0660, 0x06f0, 0x0966, 0xff10])
    return text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
  },
  'another spelling of the number': (text, random) => {
    const n = Number(text)
    if (!Number.isFinite(n) || text === '') return `${text}#`
    return random.pick([
      `0x${n.toString(16)}`,
      n.toExponential(),
      `${n}.0`,
      `+${n}`,
      `0${n}`,
      `${n}n`,
      `${n * 1_000}`,
      `-${n}`,
      `${n}e0`,
      `0b${n.toString(2)}`,
    ])
  },
  percent: (text) => `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`,
  'base64 instead of hex': (text) => Buffer.from(text.replace(/^.*=/, ''), 'hex').toString('base64') || `${text}=`,
  'base64 instead of base64url': (text) => `${text.replace(/-/g, '+').replace(/_/g, '/')}=`,
  'characters that are no hex': (text, random) => text.replace(/[0-9a-f]{2}$/, random.pick(['zz', '0z', 'g0', 'é0'])),
  'very long': (text) => text.repeat(200),
}

const BYTES: Readonly<Record<string, (body: Buffer, random: Random) => Buffer>> = {
  'bit flipped': (body, random) => {
    const copy = Buffer.from(body)
    const at = random.int(0, copy.length - 1)
    copy[at] = (copy[at] ?? 0) ^ (1 << random.int(0, 7))
    return copy
  },
  'cut at the end': (body, random) => body.subarray(0, body.length - random.int(1, Math.min(20, body.length))),
  'cut at the start': (body, random) => body.subarray(random.int(1, Math.min(20, body.length))),
  appended: (body, random) => Buffer.concat([body, Buffer.from(random.pick([' ', '\n', '\0', '&a=b', '}', '=']))]),
  'byte order mark': (body) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]),
  'byte that is no UTF-8': (body, random) => {
    const at = random.int(0, body.length)
    return Buffer.concat([body.subarray(0, at), Buffer.from([0xff]), body.subarray(at)])
  },
  'space inside': (body, random) => {
    const at = random.int(0, body.length)
    return Buffer.concat([body.subarray(0, at), Buffer.from(' '), body.subarray(at)])
  },
  'written anew': (body) => Buffer.from(body.toString().replace(/":/g, '": ').replace(/\+/g, '%20')),
  'bytes exchanged': (body, random) => {
    const copy = Buffer.from(body)
    const at = random.int(0, copy.length - 2)
    ;[copy[at], copy[at + 1]] = [copy[at + 1] ?? 0, copy[at] ?? 0]
    return copy
  },
  empty: () => Buffer.alloc(0),
  'in UTF-16': (body) => Buffer.from(body.toString(), 'utf16le'),
}
