import { parseArgs } from 'node:util'
import { measureAck } from './ack.ts'
import { measureEndToEnd } from './end-to-end.ts'
import { startSlack } from './slack.ts'
import { startStores } from './stores.ts'

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false }, profile: { type: 'string' } },
})
const stores = await startStores()
const slack = await startSlack()
const run = { quick: values.quick, stores, slack, profileDir: values.profile, say: (l: string) => console.error(l) }
try {
  if (values.only?.includes('ack')) console.log(await measureAck(run))
  if (values.only?.includes('e2e'))
    console.log(await measureEndToEnd(run, ['all']), await measureEndToEnd(run, ['web', 'worker']))
} finally {
  await slack.stop()
  await stores.stop()
}
