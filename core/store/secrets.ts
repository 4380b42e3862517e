import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
  randomFillSync,
} from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { HubError } from '#contract'
import { isErrno, makeFolder } from './folder.ts'

/** Encrypts what must not be read at rest. `aad` binds a value to its row: tenant and key; moved elsewhere it does not open. */
export interface Secrets {
  seal(plain: string, aad: string): string
  /** Throws when the value, the key or the binding is not the one it was sealed with. */
  open(sealed: string, aad: string): string
  /** Keyed digest for tokens the hub issues itself; `purpose` keeps uses apart. */
  sign(purpose: string, text: string): string
}

const IV_BYTES = 12
const pool = Buffer.alloc(IV_BYTES * 1024)
let used = pool.length
/** Random, drawn a thousand at a time: asking the generator for each costs more than the cipher. Never handed out twice. */
function nextIv(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += IV_BYTES
  return Buffer.from(pool.subarray(used - IV_BYTES, used))
}

const TAG_BYTES = 16
const KEY_FORM = /^(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=|[A-Za-z0-9_-]{43})$/

/** `HUB_SECRET_KEY`: one 32-byte key in hex or base64; further ones after commas still open what they sealed (rotation). */
export function createSecrets(spec: string): Secrets {
  const keys = spec.split(',').map((text) => decodeKey(text.trim()))
  const [current] = keys
  if (!current) throw badKey()
  const byId = new Map(keys.map((key) => [key.id, key]))
  return {
    seal(plain, aad) {
      const iv = nextIv()
      const cipher = createCipheriv('aes-256-gcm', current.key, iv)
      cipher.setAAD(Buffer.from(`${current.id}|${aad}`))
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `v1.${current.id}.${iv.toString('base64url')}.${body.toString('base64url')}`
    },
    open(sealed, aad) {
      const [version, id, iv, body, ...rest] = sealed.split('.')
      const key = id === undefined ? undefined : byId.get(id)
      if (version !== 'v1' || !key || !iv || !body || rest.length > 0) {
        throw new HubError(
          'CONFIG_INVALID',
          `a stored secret was sealed with a key that HUB_SECRET_KEY does not list (key ${id ?? '?'}): add it after a comma`,
        )
      }
      try {
        const bytes = Buffer.from(body, 'base64url')
        const nonce = Buffer.from(iv, 'base64url')
        // The length is fixed here, or GCM would accept a tag cut to four bytes, which can be guessed.
        const decipher = createDecipheriv('aes-256-gcm', key.key, nonce, { authTagLength: TAG_BYTES })
        decipher.setAAD(Buffer.from(`${key.id}|${aad}`))
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
        return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new HubError('CONFIG_INVALID', 'a stored secret does not open: it was changed or moved to another row', {
          cause,
        })
      }
    },
    sign: (purpose, text) => createHmac('sha256', current.key).update(`${purpose}\n${text}`).digest('base64url'),
  }
}

/** Embedded mode: the key lives beside the data, readable by its owner alone. Made once, atomically. */
export function keyFromFolder(dir: string): string {
  makeFolder(dir)
  const file = path.join(dir, 'secret.key')
  const known = readKey(file)
  if (known !== null) return known
  const draft = path.join(dir, `.secret.key.${randomBytes(6).toString('hex')}`)
  try {
    fs.writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
    // A link never replaces a file and never shows half of one: of two processes that start together, both read the first one's key.
    fs.linkSync(draft, file)
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  } finally {
    fs.rmSync(draft, { force: true })
  }
  return readKey(file) ?? keyFromFolder(dir)
}

/** Null only where there is no file: no other failure may end in a second key, with which nothing stored would open. */
function readKey(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw new HubError('CONFIG_INVALID', `${file} cannot be read: correct its owner, or set HUB_SECRET_KEY`, {
      cause: error,
    })
  }
}

/** A KeyObject, not bytes: Node prepares bytes anew for each cipher, 12 µs instead of 1 on the acknowledgement path. */
function decodeKey(text: string): { id: string; key: KeyObject } {
  if (!KEY_FORM.test(text)) throw badKey()
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), key: createSecretKey(bytes) }
}

function badKey(): HubError {
  return new HubError(
    'CONFIG_INVALID',
    'HUB_SECRET_KEY must be 32 bytes in hex or base64: make one with `openssl rand -hex 32`',
  )
}
