import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')

/** One file for each rule that breaks it, and where the rule has two sides, one that does not. */
const skeleton: Readonly<Record<string, string>> = {
  'core/contract/index.ts':
    "import { z } from 'zod'\nimport { randomUUID } from 'node:crypto'\nexport const x = [z, randomUUID]",
  'core/contract/leaky.ts': "import '../host/host.ts'",
  'core/contract/heavy.ts': "import 'pino'",
  'core/index.ts': "import './host/host.ts'\nimport './host/platform.ts'\nimport './ping.ts'",
  'core/host/host.ts': "import type { x } from '#contract'\nexport const host = 1",
  'core/host/platform.ts': "import '../../adapters/slack/index.ts'",
  'core/jobs/queue.ts': "import 'bullmq'\nimport '../contract/index.ts'",
  'core/host/driver.ts': "import 'bullmq'",
  'core/host/query.ts': "import 'drizzle-orm'",
  'core/store/tables.ts': "import 'drizzle-orm/pg-core'",
  'core/host/unresolved.ts': "import './missing.ts'",
  'core/ping.ts': "import { pong } from './pong.ts'\nexport const ping = () => pong()",
  'core/pong.ts': "import { ping } from './ping.ts'\nexport const pong = () => ping()",
  'core/a-type.ts': "import type { B } from './b-type.ts'\nexport interface A { b: B }",
  'core/b-type.ts': "import type { A } from './a-type.ts'\nexport interface B { a: A }",
  'core/forgotten.ts': 'export const forgotten = 1',
  'adapters/shared/http.ts': "import '#contract'",
  'adapters/slack/index.ts': "import '#contract'\nimport '../shared/http.ts'\nimport '@slack/bolt'",
  'adapters/slack/deep.ts': "import type { host } from '../../core/host/host.ts'",
  'adapters/slack/neighbour.ts': "import '../teams/index.ts'",
  'adapters/teams/index.ts': "import '#contract'",
  'plugins/story/index.ts': "import '../hub/api.ts'",
  'plugins/story/prying.ts': "import '../hub/engine.ts'",
  'plugins/story/vendor.ts': "import '@anthropic-ai/sdk'",
  'plugins/hub/api.ts': "import '#contract'",
  'plugins/hub/engine.ts': "import '#contract'",
  'plugins/hub/up.ts': "export const up = () => import('../../server/main.ts')",
  'plugins/hub/fixture.ts': "import '../../test/fakes/clock.ts'",
  'server/main.ts': "import '../core/index.ts'\nimport './short-cut.ts'",
  'server/short-cut.ts': "import '../core/host/host.ts'",
  'test/fakes/clock.ts': "import '../../core/host/host.ts'",
  'plugins/hub/engine.test.ts':
    "import './engine.ts'\nimport '../../test/fakes/clock.ts'\nimport 'bullmq'\nimport '../../server/main.ts'",
}
/** What dependency-cruiser must say about it: no more and no less. */
const expected = [
  'adapters-are-islands adapters/slack/neighbour.ts',
  'contract-imports-nothing core/contract/heavy.ts',
  'contract-imports-nothing core/contract/leaky.ts',
  'core-knows-no-platform core/host/platform.ts',
  'drivers-stay-in-core core/host/driver.ts',
  'every-import-resolves core/host/unresolved.ts',
  'extensions-see-only-the-contract adapters/slack/deep.ts',
  'extensions-see-only-the-contract plugins/hub/up.ts',
  'no-cycles core/ping.ts',
  'no-orphans core/forgotten.ts',
  'only-server-composes plugins/hub/up.ts',
  'only-tests-import-test plugins/hub/fixture.ts',
  'platform-sdks-stay-in-adapters plugins/story/vendor.ts',
  'plugins-meet-at-api plugins/story/prying.ts',
  'server-enters-core-at-index server/short-cut.ts',
  'sql-stays-in-store-files core/host/query.ts',
]

const folder = mkdtempSync(join(tmpdir(), 'hub-imports-'))
beforeAll(() => {
  for (const [path, text] of Object.entries(skeleton)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), `${text}\n`)
  }
  for (const name of ['package.json', '.dependency-cruiser.cjs']) cpSync(join(root, name), join(folder, name))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Violation {
  readonly from: string
  readonly rule: { readonly name: string }
}
function violations(cwd: string, folders: readonly string[]): readonly string[] {
  const args = [depcruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders]
  const run = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20 })
  if (run.stdout === '') throw new Error(run.stderr)
  const found: { summary: { violations: readonly Violation[] } } = JSON.parse(run.stdout)
  return [...new Set(found.summary.violations.map(({ rule, from }) => `${rule.name} ${from}`))].sort()
}

it('reports each planted violation and nothing else', () => {
  expect(violations(folder, ['core', 'plugins', 'adapters', 'server', 'test'])).toEqual(expected)
})

it('every rule has a planted violation', () => {
  const script = "console.log(JSON.stringify(require('./.dependency-cruiser.cjs').forbidden.map((rule) => rule.name)))"
  const names: readonly string[] = JSON.parse(
    execFileSync(process.execPath, ['--input-type=commonjs', '-e', script], { cwd: root, encoding: 'utf8' }),
  )
  expect([...new Set(expected.map((line) => line.split(' ')[0]))].sort()).toEqual([...names].sort())
})
