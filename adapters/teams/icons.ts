import { crc32, deflateSync } from 'node:zlib'

type Rgba = readonly [number, number, number, number]
const CLEAR: Rgba = [0, 0, 0, 0]
const WHITE: Rgba = [255, 255, 255, 255]
export const ACCENT = '#4F46E5'
const GROUND: Rgba = [0x4f, 0x46, 0xe5, 255]

/** The hub: a centre with three spokes, in parts of the edge length. */
const CENTRE = [0.5, 0.5] as const
const ENDS = [
  [0.5, 0.19],
  [0.77, 0.67],
  [0.23, 0.67],
] as const

function isMark(x: number, y: number): boolean {
  if (Math.hypot(x - CENTRE[0], y - CENTRE[1]) < 0.115) return true
  return ENDS.some(([ex, ey]) => Math.hypot(x - ex, y - ey) < 0.085 || distance(x, y, ex, ey) < 0.028)
}
/** From a point to the spoke between the centre and an end. */
function distance(x: number, y: number, ex: number, ey: number): number {
  const [cx, cy] = CENTRE
  const [dx, dy] = [ex - cx, ey - cy]
  const along = Math.min(1, Math.max(0, ((x - cx) * dx + (y - cy) * dy) / (dx * dx + dy * dy)))
  return Math.hypot(x - cx - along * dx, y - cy - along * dy)
}
/** Color 192 × 192 and outline 32 × 32: https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons */
export const colorIcon = (): Uint8Array => png(192, (x, y) => (isMark(x, y) ? WHITE : GROUND))
export const outlineIcon = (): Uint8Array => png(32, (x, y) => (isMark(x, y) ? WHITE : CLEAR))

/** Each pixel is the mean of 3 × 3 points, so that edges are smooth. https://www.w3.org/TR/png-3/ */
function png(size: number, paint: (x: number, y: number) => Rgba): Uint8Array {
  const rows = Buffer.alloc(size * (1 + size * 4))
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const at = row * (1 + size * 4) + 1 + column * 4
      const sum = [0, 0, 0, 0]
      for (let point = 0; point < 9; point++) {
        const [r, g, b, a] = paint(
          (column + (0.5 + (point % 3)) / 3) / size,
          (row + (0.5 + Math.floor(point / 3)) / 3) / size,
        )
        // Colours count by how opaque they are; a clear point has none.
        for (const [channel, value] of [r * a, g * a, b * a, a].entries()) sum[channel] = (sum[channel] ?? 0) + value
      }
      const [r = 0, g = 0, b = 0, a = 0] = sum
      rows.set(a === 0 ? [0, 0, 0, 0] : [r / a, g / a, b / a, a / 9].map(Math.round), at)
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  // 8 bits for each of red, green, blue and alpha.
  header.set([8, 6, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  out.set(body, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}
