import '../../server/fast-imports.ts'

// Imported after the hook above is in place, so dynamically.
process.stdout.write(
  'AutoDevHub demo: starting the hub and the stand-ins of Slack, Discord, Teams, GitHub and Prometheus …\n',
)
const { startDemo } = await import('./start.ts')
const demo = await startDemo({ port: Number(process.env.PORT ?? 0) })
process.stdout.write(
  [
    'Nothing of it leaves this machine.',
    `  Open      ${demo.url}`,
    `  Console   ${demo.consoleUrl}`,
    '  Ctrl+C ends it and removes its data.',
    '',
  ].join('\n'),
)
let ending = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (ending) process.exit(1)
    ending = true
    demo.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  })
