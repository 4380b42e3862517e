import path from 'node:path'
import { HubError } from '#contract'
import { openStore, restoreEmbedded } from '../../core/index.ts'
import { MIGRATIONS } from '../compose.ts'
import type { ServerConfig } from '../config.ts'
import { fromHere } from './where.ts'

const open = (config: ServerConfig) =>
  openStore({
    dataDir: path.resolve(config.HUB_DATA_DIR),
    migrations: MIGRATIONS,
    ...(config.DATABASE_URL ? { databaseUrl: config.DATABASE_URL } : {}),
  })

export async function migrate(config: ServerConfig): Promise<number> {
  const store = await open(config)
  try {
    await store.migrate()
    process.stdout.write(
      `the ${store.mode === 'embedded' ? 'embedded database' : 'PostgreSQL database'} is up to date\n`,
    )
    return 0
  } finally {
    await store.close()
  }
}

export async function backup(config: ServerConfig, [file]: readonly string[]): Promise<number> {
  if (!file) throw new HubError('INPUT_INVALID', 'name the file: backup <file>.tar.gz')
  const store = await open(config)
  try {
    const written = fromHere(file)
    await store.backup(written)
    process.stdout.write(
      `${written} written; keep secret.key of the data folder beside it: stored secrets open with it alone\n`,
    )
    return 0
  } finally {
    await store.close()
  }
}

export async function restore(config: ServerConfig, [file]: readonly string[]): Promise<number> {
  if (!file) throw new HubError('INPUT_INVALID', 'name the file: restore <file>.tar.gz')
  if (config.DATABASE_URL)
    throw new HubError('UNSUPPORTED', '`restore` is for embedded mode; restore PostgreSQL with pg_restore')
  await restoreEmbedded(path.resolve(config.HUB_DATA_DIR), fromHere(file))
  process.stdout.write(`restored into ${config.HUB_DATA_DIR}; put its secret.key there too\n`)
  return 0
}
