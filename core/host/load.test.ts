import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadExternal } from './load.ts'

let dir = ''
const value = (name: string) =>
  `{ manifest: { name: '${name}', version: '1.0.0', summary: 's', hub: '*', config: {} }, setup: () => ({}) }`
const write = async (path: string, text: string) => {
  await mkdir(dirname(join(dir, path)), { recursive: true })
  await writeFile(join(dir, path), text)
}
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-load-'))
  await write('default.mjs', `export default ${value('by-default')}`)
  await write(
    'typed.ts',
    `const name: string = 'typed'\nexport const plugin = { ...${value('x')}, manifest: { ...${value('x')}.manifest, name } }`,
  )
  await write('two.mjs', `export const a = ${value('a')}\nexport const b = ${value('b')}`)
  await write('none.mjs', 'export const helper = 1')
  await write('throws.mjs', 'throw new Error("no licence\\nline two")')
  await write('syntax.mjs', 'export const = 3')
  await write('lost.mjs', 'import "./not-there.mjs"')
  await write('folder/index.mjs', '')
  await write('node_modules/plain/package.json', '{"name":"plain","main":"main.js","type":"module"}')
  await write('node_modules/plain/main.js', `export default ${value('plain')}`)
  await write(
    'node_modules/@team/esm/package.json',
    '{"name":"@team/esm","type":"module","exports":{".":{"import":{"types":"./x.d.ts","default":"./lib/esm.js"}}}}',
  )
  await write('node_modules/@team/esm/lib/esm.js', `export const only = ${value('esm-only')}`)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('loadExternal', () => {
  it.each([
    ['./default.mjs', ['by-default']],
    ['default.mjs', ['by-default']],
    ['typed.ts', ['typed']],
    [' ./default.mjs , plain ,', ['by-default', 'plain']],
    ['@team/esm', ['esm-only']],
    ['', []],
  ])('loads %j', async (spec, names) => {
    const plugins = await loadExternal(spec, dir)
    expect(plugins.map((plugin) => plugin.manifest.name)).toEqual(names)
  })
  it('loads an absolute path', async () => {
    const [plugin] = await loadExternal(join(dir, 'default.mjs'), '/')
    expect(plugin?.manifest.name).toBe('by-default')
  })
  it.each([
    ['./absent.mjs', /\.\/absent\.mjs is not there \(.*absent\.mjs\); correct the path/],
    ['./folder', /\.\/folder is a folder .*; name the file in it/],
    ['no-such-package', /no package no-such-package in .*; run "npm install no-such-package" there/],
    ['none.mjs', /none\.mjs exports no plugin; make one \{ manifest, setup \} its default export/],
    ['two.mjs', /two\.mjs exports a and b; make one/],
    ['throws.mjs', /throws\.mjs failed while loading: no licence$/],
    ['lost.mjs', /lost\.mjs failed while loading: .*not-there/],
    ['syntax.mjs', /syntax\.mjs failed while loading: /],
  ])('says what is wrong with %s', async (spec, message) => {
    await expect(loadExternal(spec, dir)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
    })
  })
  it('reports all entries together', async () => {
    const err: unknown = await loadExternal('none.mjs,default.mjs,./absent.mjs', dir).catch((reason: unknown) => reason)
    expect(String(err).split('\n')).toHaveLength(2)
  })
})
