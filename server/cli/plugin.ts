import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { HubError } from '#contract'
import { pluginFiles } from './plugin-template.ts'
import { fromHere } from './where.ts'

const USAGE = 'plugin new <name> | plugin test <folder>'
/** As the host demands of a manifest. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
const IMPORTS = new URL('../fast-imports.ts', import.meta.url).href
const KIT = new URL('../../test/kit/index.ts', import.meta.url)

/** `hub plugin new acme` writes a plugin that runs and whose test passes; `hub plugin test ./acme` runs its tests. */
export async function runPlugin([what, name]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const here = fromHere('.', env)
  if (what === 'new' && name !== undefined) return scaffold(here, name)
  if (what === 'test' && name !== undefined) return runTests(path.resolve(here, name))
  throw new HubError('INPUT_INVALID', `use: ${USAGE}`)
}

function scaffold(here: string, name: string): number {
  if (!NAME.test(name))
    throw new HubError(
      'INPUT_INVALID',
      `"${name}" is no name of a plugin: lower-case words with dashes, such as acme-ci`,
    )
  const folder = path.join(here, name)
  if (existsSync(folder))
    throw new HubError('CONFLICT', `${folder} is there already: choose another name, or move it away`)
  mkdirSync(folder)
  const files = Object.entries(pluginFiles(name))
  // As the hub finds it, which npm starts in its own folder.
  const entry = path.relative(process.cwd(), path.join(folder, 'index.ts')).replaceAll(path.sep, '/')
  for (const [file, text] of files) writeFileSync(path.join(folder, file), text, { flag: 'wx' })
  process.stdout.write(
    [
      `${name}/ holds a plugin that runs: ${files.map(([file]) => file).join(', ')}`,
      `  npm run hub -- plugin test ./${name}`,
      `  HUB_PLUGINS=${entry.startsWith('.') ? entry : `./${entry}`} npm start`,
      '',
    ].join('\n'),
  )
  return 0
}

async function runTests(folder: string): Promise<number> {
  if (!existsSync(fileURLToPath(KIT)))
    throw new HubError(
      'UNSUPPORTED',
      'this installation has no test kit: run it in a checkout of the hub, after npm ci',
    )
  const tests = globSync('**/*.test.ts', { cwd: folder, exclude: ['**/node_modules/**'] }).map((file) =>
    path.join(folder, file),
  )
  if (tests.length === 0) throw new HubError('NOT_FOUND', `${folder} has no file that ends in .test.ts`)
  const child = spawn(process.execPath, ['--import', IMPORTS, '--test', ...tests], { stdio: 'inherit', cwd: folder })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
