import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFolder } from './lock.ts'

/** Takes the lock, says what came of it, and keeps what it got until it is killed. */
const HOLDER = `
  const { lockFolder } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)})
  const said = await lockFolder(process.argv[1]).then((unlock) => ((globalThis.unlock = unlock), 'got it'), (error) => error.code)
  process.stdout.write(said + '\\n')
  setInterval(() => {}, 1000)`

let root: string
const children: ChildProcess[] = []
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hub-lock-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})
async function holder(dir: string): Promise<{ said: string; kill9(): Promise<void> }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    said: said.toString().trim(),
    async kill9() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

describe('the lock of a data folder', () => {
  it('refuses a second process in one line that names the folder and the cure', async () => {
    await holder(root)
    const error = await lockFolder(root).then(
      () => null,
      (e: unknown) => e,
    )
    expect(error).toMatchObject({ code: 'CONFLICT', retry: 'never' })
    expect(String(error)).toContain(`data folder ${root} is in use by another hub process`)
    expect(String(error)).toContain('HUB_DATA_DIR')
    expect(String(error).split('\n')).toHaveLength(1)
  })
  it('refuses the same process too', async () => {
    const unlock = await lockFolder(root)
    await expect(lockFolder(root)).rejects.toMatchObject({ code: 'CONFLICT' })
    unlock()
    const again = await lockFolder(root)
    again()
  })
  it('is free at once after kill -9, and goes to one of those that wait for it', async () => {
    const first = await holder(root)
    expect(first.said).toBe('got it')
    await first.kill9()
    const next = await Promise.all(Array.from({ length: 4 }, () => holder(root)))
    expect(next.map((one) => one.said).sort()).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT', 'got it'])
  })
  it('makes the folder, however long its name', async () => {
    const dir = join(root, 'n'.repeat(200), 'm'.repeat(200))
    const unlock = await lockFolder(dir)
    await expect(lockFolder(dir)).rejects.toMatchObject({ code: 'CONFLICT' })
    unlock()
  })
  it('says what to do where the folder is a file', async () => {
    const file = join(root, 'file')
    writeFileSync(file, '')
    await expect(lockFolder(file)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `HUB_DATA_DIR: ${file} cannot be used as a folder (EEXIST): correct the path or its owner`,
    })
  })
})
