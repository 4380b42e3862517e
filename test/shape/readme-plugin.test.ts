import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { read, root } from './tree.ts'

it('the plugin of the README runs as it stands there', async () => {
  const readme = read('README.md')
  const source = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const command = /HUB_PLUGINS=\.\/hello\.ts npm run hub -- (.+)/.exec(readme)?.[1] ?? ''
  const folder = mkdtempSync(join(tmpdir(), 'hub-readme-'))
  try {
    writeFileSync(join(folder, 'hello.ts'), source)
    const env = { PATH: process.env.PATH, HUB_DATA_DIR: join(folder, 'data'), HUB_PLUGINS: './hello.ts' }
    const cli = join(root, 'server', 'cli.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [cli, ...command.split(' ')], { cwd: folder, env })
    expect(stdout).toBe('Hello, Ada!\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
