/** Import directions: one rule for each arrow that must not exist. `test/shape/imports.test.ts` plants a violation of each. */
const TESTS = ['^test/', '\\.test(-d)?\\.ts$']

module.exports = {
  forbidden: [
    {
      name: 'contract-imports-nothing',
      severity: 'error',
      comment: 'core/contract is the public surface: types of hono, @standard-schema and drizzle-orm; zod for schemas.',
      from: { path: '^core/contract/', pathNot: TESTS },
      to: {
        pathNot: ['^core/contract/', 'node_modules/(hono|@standard-schema|zod|drizzle-orm)/'],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'core-knows-no-platform',
      severity: 'error',
      comment: 'The hub works the same with any set of plugins and adapters.',
      from: { path: '^core/', pathNot: TESTS },
      to: { path: '^(adapters|plugins|server)/' },
    },
    {
      name: 'extensions-see-only-the-contract',
      severity: 'error',
      comment: 'What a third party can do is what ours can do: import #contract.',
      from: { path: '^(adapters|plugins)/', pathNot: TESTS },
      to: { path: '^(core|server)/', pathNot: '^core/contract/' },
    },
    {
      name: 'adapters-are-islands',
      severity: 'error',
      comment: 'An adapter imports itself and adapters/shared.',
      from: { path: '^adapters/([^/]+)/', pathNot: TESTS },
      to: { path: '^(adapters|plugins)/', pathNot: ['^adapters/$1/', '^adapters/shared/'] },
    },
    {
      name: 'plugins-meet-at-api',
      severity: 'error',
      comment: "Another plugin's tokens are in its api.ts; its handlers are nobody's business.",
      from: { path: '^plugins/([^/]+)/', pathNot: TESTS },
      to: { path: '^(adapters|plugins)/', pathNot: ['^plugins/$1/', '^plugins/[^/]+/api\\.ts$'] },
    },
    {
      name: 'only-server-composes',
      severity: 'error',
      comment: 'server/ is the one place that reads the environment and joins the parts.',
      from: { pathNot: ['^server/', ...TESTS] },
      to: { path: '^server/' },
    },
    {
      name: 'server-enters-core-at-index',
      severity: 'error',
      comment: 'createHub is the one entry.',
      from: { path: '^server/', pathNot: TESTS },
      to: { path: '^core/', pathNot: '^core/(index\\.ts$|contract/)' },
    },
    {
      name: 'only-tests-import-test',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: '^test/' },
    },
    {
      name: 'drivers-stay-in-core',
      severity: 'error',
      comment: 'Which database and which queue it is, is known in core/jobs and core/store only.',
      from: { pathNot: ['^core/(jobs|store)/', ...TESTS] },
      to: { path: 'node_modules/(bullmq|ioredis|pg|postgres|@electric-sql)/' },
    },
    {
      name: 'sql-stays-in-store-files',
      severity: 'error',
      comment: 'Queries are read in tables.ts and store.ts, not searched for.',
      from: { pathNot: ['(^|/)(tables|store)\\.ts$', '^core/store/', '^migrations/', ...TESTS] },
      to: { path: 'node_modules/drizzle-orm/' },
    },
    {
      name: 'platform-sdks-stay-in-adapters',
      severity: 'error',
      comment: 'A vendor is known in its adapter only.',
      from: { pathNot: ['^adapters/', ...TESTS] },
      to: { path: 'node_modules/(@slack|@anthropic-ai)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Types may name each other; code may not.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment:
        'A file that nothing imports and that imports nothing is forgotten. Files of the harnesses are started as processes.',
      from: {
        orphan: true,
        pathNot: ['\\.(test|test-d|bench)\\.ts$', '\\.d\\.ts$', '(^|/)\\.[^/]+\\.cjs$', '^test/(faults|bench)/'],
      },
      to: {},
    },
    {
      name: 'every-import-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no JavaScript API; swc reads the sources, type imports included.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^test/bench/(node_modules|peers)/', '^coverage/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json'],
    },
  },
}
