import { HubError } from '#contract'

/** What could not be done, one line for each problem, and nothing else: no stack, no secret. Exit codes: 1 failed, 2 wrong configuration or use. */
export function exitWith(error: unknown): never {
  const lines = error instanceof HubError ? error.message.split('\n') : [`unexpected fault: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`]
  for (const line of lines) process.stderr.write(`autodevhub: ${line}\n`)
  if (!(error instanceof HubError) && process.env['LOG_LEVEL'] === 'debug' && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  process.exit(error instanceof HubError && (error.code === 'CONFIG_INVALID' || error.code === 'INPUT_INVALID') ? 2 : 1)
}
