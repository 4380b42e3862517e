import { HubError } from '#contract'
import { createMask } from '../core/index.ts'

const WRONG_USE = new Set(['CONFIG_INVALID', 'INPUT_INVALID', 'UNSUPPORTED'])

/** What could not be done, one line for each problem and nothing else: no stack, no secret. Exit codes: 1 failed, 2 wrong use or configuration. */
export function failureLines(error: unknown): { readonly lines: readonly string[]; readonly exitCode: 1 | 2 } {
  if (error instanceof HubError) {
    return {
      lines: error.message.split('\n').map((line) => `autodevhub: ${line}`),
      exitCode: WRONG_USE.has(error.code) ? 2 : 1,
    }
  }
  const what = error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error)
  // Whoever threw it did not think of people who read it: passwords in addresses and platform tokens are known by their form.
  return { lines: [`autodevhub: unexpected fault: ${createMask().apply(what)}`], exitCode: 1 }
}
