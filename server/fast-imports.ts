import { registerHooks } from 'node:module'

/**
 * drizzle-orm's package.json lists 447 exports in 178 kB, and Node reads it again for each of its hundred modules: half a second and
 * 230 MB at every start. Its modules name each other by relative path, so those need no package.json at all.
 * Measured: 610 ms → 70 ms, 255 MB → 20 MB. Imported first, before anything that imports drizzle.
 */
registerHooks({
  resolve(specifier, context, next) {
    if (
      specifier.startsWith('.') &&
      context.parentURL?.includes('/node_modules/drizzle-orm/') &&
      context.conditions.includes('import')
    ) {
      return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true }
    }
    return next(specifier, context)
  },
})
