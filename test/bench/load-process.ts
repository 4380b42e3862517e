import { type LoadOptions, runLoad } from './load.ts'

/** `runLoad` in a process of its own: options as JSON in the first argument, the result as JSON over the channel to the parent. */
const [, , options] = process.argv
if (options === undefined) throw new Error('which options?')
process.send?.(await runLoad(JSON.parse(options) as LoadOptions))
process.disconnect?.()
