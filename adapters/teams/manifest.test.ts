import { inflateSync } from 'node:zlib'
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { Field } from '#contract'
import { createManifest, createPackage, type PackageInput } from './manifest.ts'

const field = {
  name: 'text',
  label: 'Text',
  description: '',
  required: true,
  kind: 'text',
  multiline: true,
  rest: true,
  flag: false,
} satisfies Field
const input: PackageInput = {
  appId: '0f1e2d3c-4b5a-4968-8776-655443322110',
  publicUrl: 'https://hub.example.com/base/',
  version: '1.2.3',
  commands: [
    { name: 'story', summary: 'Draft a user story', fields: [field] },
    { name: 'story refine', summary: 'Refine a story', fields: [field] },
    { name: 'hub help', summary: 'What the hub can do', fields: [] },
  ],
}
/** Size and pixels of a PNG of ours: 8 bits for each of four channels, no filters. */
function readPng(bytes: Uint8Array) {
  const file = Buffer.from(bytes)
  expect(file.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a')
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)]
  const data = file.subarray(41, 41 + file.readUInt32BE(33))
  const rows = inflateSync(data)
  const at = (x: number, y: number) => [...rows.subarray(y * (1 + width * 4) + 1 + x * 4).subarray(0, 4)]
  return { width, height, at }
}

describe('the app package', () => {
  test('holds the manifest and both icons, the same bytes each time', () => {
    const zip = createPackage(input)
    expect(Buffer.from(createPackage(input)).equals(Buffer.from(zip))).toBe(true)
    const files = unzipSync(zip)
    expect(Object.keys(files).sort()).toEqual(['color.png', 'manifest.json', 'outline.png'])
    expect(JSON.parse(strFromU8(files['manifest.json'] ?? new Uint8Array()))).toEqual(createManifest(input))
  })
  test('the icons are of the sizes Teams demands, the outline white on nothing', () => {
    const files = unzipSync(createPackage(input))
    const color = readPng(files['color.png'] ?? new Uint8Array())
    expect([color.width, color.height, color.at(0, 0), color.at(96, 96)]).toEqual([
      192,
      192,
      [0x4f, 0x46, 0xe5, 255],
      [255, 255, 255, 255],
    ])
    const outline = readPng(files['outline.png'] ?? new Uint8Array())
    expect([outline.width, outline.height, outline.at(0, 0), outline.at(16, 16)]).toEqual([
      32,
      32,
      [0, 0, 0, 0],
      [255, 255, 255, 255],
    ])
    for (let y = 0; y < 32; y++)
      for (let x = 0; x < 32; x++) {
        const [r, g, b, a] = outline.at(x, y)
        expect(a === 0 || (r === 255 && g === 255 && b === 255), `${x},${y}`).toBe(true)
      }
  })
  test('names the bot everywhere, the hub’s domain and nothing it does not need', () => {
    expect(createManifest(input)).toMatchObject({
      id: input.appId,
      version: '1.2.3',
      bots: [{ botId: input.appId, scopes: ['personal', 'team', 'groupChat'], supportsFiles: false }],
      validDomains: ['hub.example.com'],
      permissions: ['identity', 'messageTeamMembers'],
      developer: { websiteUrl: 'https://hub.example.com' },
    })
  })
  test('suggests commands, and offers those that ask something as forms', () => {
    const { bots, composeExtensions } = createManifest(input) as {
      bots: { commandLists: { commands: { title: string }[] }[] }[]
      composeExtensions: { commands: { id: string; type: string; fetchTask?: boolean }[] }[]
    }
    expect(bots[0]?.commandLists[0]?.commands.map(({ title }) => title)).toEqual(['story', 'story refine', 'hub help'])
    expect(composeExtensions[0]?.commands.map(({ id, type }) => [id, type])).toEqual([
      ['story', 'action'],
      ['story.refine', 'action'],
      ['stories', 'query'],
      ['search', 'query'],
    ])
  })
  test('stays inside the schema’s limits however many commands there are', () => {
    const commands = Array.from({ length: 40 }, (_, i) => ({
      name: `command ${'x'.repeat(40)} ${i}`,
      summary: 'y'.repeat(300),
      fields: [field],
    }))
    const manifest = createManifest({ ...input, commands }) as {
      name: { short: string; full: string }
      description: { short: string; full: string }
      bots: { commandLists: { commands: { title: string; description: string }[] }[] }[]
      composeExtensions: { commands: { id: string; title: string; description: string }[] }[]
    }
    const suggested = manifest.bots[0]?.commandLists[0]?.commands ?? []
    const offered = manifest.composeExtensions[0]?.commands ?? []
    expect([suggested.length, offered.length]).toEqual([10, 10])
    for (const { title, description } of [...suggested, ...offered]) {
      expect(title.length).toBeLessThanOrEqual(32)
      expect(description.length).toBeLessThanOrEqual(128)
    }
    for (const { id } of offered) expect(id.length).toBeLessThanOrEqual(64)
    expect(manifest.name.short.length).toBeLessThanOrEqual(30)
    expect(manifest.name.full.length).toBeLessThanOrEqual(100)
    expect(manifest.description.short.length).toBeLessThanOrEqual(80)
  })
  test.each([{ publicUrl: 'http://hub.example.com' }, { publicUrl: 'nonsense' }, { appId: 'hub' }, { version: '1' }])(
    'refuses %o',
    (wrong) => {
      expect(() => createPackage({ ...input, ...wrong })).toThrow(/Teams app package/)
    },
  )
})
