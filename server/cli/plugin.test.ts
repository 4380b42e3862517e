import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const CLI = new URL('../cli.ts', import.meta.url).pathname
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-plugin-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const cli = (...words: string[]) =>
  promisify(execFile)(process.execPath, [CLI, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, HUB_DATA_DIR: join(folder, 'data') },
  }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  )

it('plugin new writes a plugin whose test passes on three platforms', { timeout: 120_000 }, async () => {
  const made = await cli('plugin', 'new', 'acme-ci')
  expect(made).toMatchObject({ code: 0 })
  expect(made.stdout).toContain('plugin test ./acme-ci')
  const tested = await cli('plugin', 'test', './acme-ci')
  expect(tested.stdout).toMatch(/pass 3\b/)
  expect(tested).toMatchObject({ code: 0 })
})
it('overwrites nothing and says what is wrong', async () => {
  expect(await cli('plugin', 'new', 'acme-ci')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there already'),
  })
  expect((await cli('plugin', 'new', 'Acme')).stderr).toContain('lower-case words')
  expect((await cli('plugin', 'test', './/nothing')).stderr).toContain('no file that ends in .test.ts')
  expect((await cli('plugin')).stderr).toContain('plugin new <name>')
})
