/** What the hub answered instead of a result. `status` 0: it could not be reached. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail ?? 'The hub answered without saying why.')
    this.status = status
    this.errors = problem.errors ?? []
  }
}
async function call(path, options) {
  let response
  try {
    response = await fetch(path, { ...options, headers: { accept: 'application/json', ...options?.headers } })
  } catch {
    throw new Refusal(0, { detail: 'The hub cannot be reached. Is it running?' })
  }
  const body = await response.json().catch(() => ({}))
  if (!response.ok) throw new Refusal(response.status, body)
  return body
}
export const api = {
  commands: async () => (await call('/console/commands')).commands,
  threads: async () => (await call('/console/threads')).threads,
  thread: (id, before) => call(`/console/threads/${id}${before === undefined ? '' : `?before=${before}`}`),
  form: (run) => call(`/console/form?run=${encodeURIComponent(run)}`),
  send: (command) =>
    call('/console/commands', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
    }),
}
