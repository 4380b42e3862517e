// Plain JavaScript, because it must run on the Node that is too old: `node --import ./server/node-version.js server/main.ts`.
import module from 'node:module'
import { fileURLToPath } from 'node:url'

if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `Node 24 is needed and this is ${process.version}: run "npm ci" without --ignore-scripts (it brings Node 24 along), or install Node 24.`,
  )
  process.exit(1)
}
// What was compiled once is read by the next start, which takes half the time. Beside the packages and not in the folder for temporary files:
// whoever can write there decides what runs here. Where the hub itself may not write, it starts without.
module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/autodevhub', import.meta.url)))
