import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// `npm ci --ignore-scripts` leaves no Node 24 in node_modules, and an older Node cannot run the sources.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `Node 24 is needed and this is ${process.version}: run "npm ci" without --ignore-scripts (it brings Node 24 along), or install Node 24.`,
  )
  process.exit(1)
}

// A process for each file, and each loads the same packages.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/tests', import.meta.url))

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['{core,plugins,adapters,server,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    globalSetup: ['test/services/setup.ts'],
    // A process for each file: PGlite holds some 300 MB and blocks its event loop, and dies with its process.
    pool: 'forks',
    maxWorkers: Math.min(4, Math.max(2, availableParallelism())),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    // A store test that leaves a variable or a mock behind would change the next one.
    unstubEnvs: true,
    restoreMocks: true,
  },
})
