import './fast-imports.ts'

// Imported after the hook above is in place, so dynamically.
const { main } = await import('./cli/main.ts')
process.exitCode = await main(process.argv.slice(2))
