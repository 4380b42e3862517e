import './fast-imports.ts'

// Imported after the hook above is in place, so dynamically.
const { run } = await import('./run.ts')
await run()
