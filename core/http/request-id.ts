import { AsyncLocalStorage } from 'node:async_hooks'

/** The request that is being answered: joins its log lines with those of the work it brought in. */
const current = new AsyncLocalStorage<string>()

export const withRequestId = <T>(requestId: string, work: () => T): T => current.run(requestId, work)
export const currentRequestId = (): string | undefined => current.getStore()
