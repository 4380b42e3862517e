import { createContext, Script } from 'node:vm'

const context = createContext({ work: () => {} })
const script = new Script('work()')

/**
 * What a piece of work comes to, or null when it took longer. The code of others can be written so that a parser never ends, and V8 stops
 * everything below such a script when its time is over: https://nodejs.org/api/vm.html#scriptrunincontextcontextifiedobject-options
 */
export function withinTime<T>(ms: number, work: () => T): { readonly value: T } | null {
  let done: { readonly value: T } | null = null
  context.work = () => {
    done = { value: work() }
  }
  try {
    script.runInContext(context, { timeout: ms })
  } catch (error) {
    // It is no Error of this realm.
    const isOver = typeof error === 'object' && error !== null && 'code' in error
    if (isOver && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null
    throw error
  } finally {
    context.work = () => {}
  }
  return done
}
