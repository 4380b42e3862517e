import './fast-imports.ts'

// Whoever reads along may stop: `doctor | head -4` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

// Imported after the hook above is in place, so dynamically.
const { main } = await import('./cli/main.ts')
process.exitCode = await main(process.argv.slice(2))
