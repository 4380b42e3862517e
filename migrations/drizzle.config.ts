import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: ['./core/store/tables.ts', './plugins/*/tables.ts', './adapters/*/tables.ts'],
  out: './migrations',
})
