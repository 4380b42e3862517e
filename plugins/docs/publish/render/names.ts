import { createHash } from 'node:crypto'

const MAX_SEGMENT = 60
const MAX_PATH = 180
/** Names that mean a device on Windows, whatever their ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)

/**
 * A name for one folder or page, made of a name that somebody else chose. Only letters, digits, dot, dash and underscore, never a dot or an
 * underscore first: no way out of the folder, nothing hidden, nothing that stands where the site's own files stand.
 */
export function safeSegment(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[.-]+$/g, '')
  const same = plain !== '' && plain === name && plain.length <= MAX_SEGMENT && !DEVICE.test(plain)
  return same ? plain : `${plain.slice(0, MAX_SEGMENT - 9) || 'x'}-${shortHash(name)}`.replace(DEVICE, 'x-$&')
}

/** Addresses that are taken. Letters of either case are one: file systems differ there. */
export function createNames() {
  const taken = new Set<string>()
  return {
    /** The path itself, or with a number where it is taken. */
    take(path: string): string {
      const [, stem = path, ending = ''] = /^(.*?)((?:\.html)?)$/s.exec(path) ?? []
      const short = path.length <= MAX_PATH ? stem : `${stem.slice(0, MAX_PATH - 20)}-${shortHash(path)}`
      for (let nth = 1; ; nth += 1) {
        const name = nth === 1 ? `${short}${ending}` : `${short}-${nth}${ending}`
        if (taken.has(name.toLowerCase())) continue
        taken.add(name.toLowerCase())
        return name
      }
    },
  }
}
export type Names = ReturnType<typeof createNames>

/** From one page of the site to another: relative, so that the site stands at any address. */
export function relativeLink(from: string, to: string): string {
  const [here, there] = [from.split('/').slice(0, -1), to.split('/')]
  const apart = here.findIndex((name, i) => name !== there[i] || i === there.length - 1)
  const common = apart < 0 ? here.length : apart
  const down = there
    .slice(common)
    .join('/')
    .replace(/(^|\/)index\.html$/, '$1')
  return `${'../'.repeat(here.length - common)}${down}` || './'
}
