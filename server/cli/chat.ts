import { randomUUID } from 'node:crypto'
import { HubError } from '#contract'
import type { Client, Job } from './client.ts'
import { messageText } from './text.ts'

const WAIT_MS = 20_000

/** Runs one command of the hub and prints its answer. */
export async function runChat(client: Client, line: string, json: boolean): Promise<number> {
  const known = await client.post<{ id: string; announce: string | null }>('/commands', {
    input: line,
    idempotencyKey: randomUUID(),
  })
  const note = (text: string) => process.stderr.write(`${text}\n`)
  if (known.announce) note(`${known.announce} · job ${known.id.slice(-6)}`)
  const job = await ended(client, known.id, note)
  if (json) process.stdout.write(`${JSON.stringify(job, null, 2)}\n`)
  if (job.state !== 'done')
    throw new HubError(
      'UNAVAILABLE',
      `${job.error ?? 'the job did not end well'} (job ${job.id}; try again: npm run hub -- jobs retry ${job.id})`,
    )
  // A mistake that only showed while it ran: told as an answer, and still no success.
  if (job.errorCode !== null) {
    if (json) return 1
    throw new HubError('CONFLICT', job.result?.text ?? job.errorCode)
  }
  if (!json && job.result) process.stdout.write(`${messageText(job.result, process.stdout.isTTY === true)}\n`)
  return 0
}

/** The job's end. A job that was accepted a moment ago may not be in the table yet. */
async function ended(client: Client, id: string, note: (text: string) => void): Promise<Job> {
  const began = performance.now()
  let told: string | undefined
  for (;;) {
    try {
      const job = await client.get<Job>(`/jobs/${id}?waitMs=${WAIT_MS}`)
      if (job.state === 'done' || job.state === 'dead' || job.state === 'cancelled') return job
      const state = job.attempts > 1 ? `${job.state}, attempt ${job.attempts}: ${job.error ?? ''}` : job.state
      if (state !== told) note(`… ${state}`)
      told = state
    } catch (error) {
      if (!(error instanceof HubError && error.code === 'NOT_FOUND' && performance.now() - began < 10_000)) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
