import { defineConfig } from 'drizzle-kit'

/** `npm run db:generate -- --name what_changed` writes the next SQL file of this folder from the tables; the hub applies it at start. */
export default defineConfig({
  dialect: 'postgresql',
  schema: ['core/store/tables.ts', 'plugins/*/tables.ts', 'adapters/*/tables.ts'],
  out: 'migrations',
  schemaFilter: ['hub'],
})
