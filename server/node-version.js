// Plain JavaScript, because it must run on the Node that is too old: `node --import ./server/node-version.js server/main.ts`.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `Node 24 is needed and this is ${process.version}: run "npm ci" without --ignore-scripts (it brings Node 24 along), or install Node 24.`,
  )
  process.exit(1)
}
