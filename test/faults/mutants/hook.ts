import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { ROOT } from '../root.ts'
import { PATCH_UNFIT, PATCHES } from './patches.ts'

/**
 * Replaces source text of the product as it is loaded, so that the product itself holds no broken code. A text that is not there exactly
 * once ends the process: a patch that changes nothing would prove nothing.
 */
const names = (process.env.FAULTS_PATCHES ?? '').split(',').filter(Boolean)
const chosen = names.map((name) => {
  const patch = PATCHES[name]
  if (!patch) throw new Error(`there is no patch ${name}`)
  return patch
})

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.startsWith('file:') || loaded.source == null) return loaded
    const path = fileURLToPath(url.split('?', 1).join(''))
    const edits = chosen.flatMap((patch) => patch.edits.filter((edit) => path === `${ROOT}${edit.file}`))
    if (edits.length === 0) return loaded
    let source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source)
    for (const { file, find, replace } of edits) {
      const parts = source.split(find)
      if (parts.length !== 2) {
        process.stderr.write(`patch of ${file}: its text occurs ${parts.length - 1} times: ${find}\n`)
        process.exit(PATCH_UNFIT)
      }
      source = parts.join(replace)
    }
    return { ...loaded, source }
  },
})
