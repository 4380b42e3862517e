import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { apiTokenFrom } from '../../server/compose.ts'
import { robotFile } from '../fakes/workflow-robot.ts'
import { dataFolders, type HubProcess, mustRun, startHubProcess } from '../support/process.ts'

const ITEMS = 48
/** One kill at a random moment, and one at each edge of a step's job. */
const KILLS = [null, 'before_handler', 'after_handler', 'before_job_commit', 'after_job_commit'] as const
const KEY = 'ab'.repeat(32)
const folders = dataFolders()
const traces = mkdtempSync(join(tmpdir(), 'workflow-kill-'))
afterAll(() => {
  folders.remove()
  rmSync(traces, { recursive: true, force: true })
})

interface Timeline {
  readonly status: string
  readonly steps: readonly { readonly key: string; readonly status: string; readonly attempt: number }[]
  readonly transitions: readonly { readonly step: string | null; readonly status: string; readonly cause: string }[]
}

it(`a run goes on when its process is killed ${KILLS.length} times, at each edge of a step too: no step is lost, none is counted twice`, async () => {
  const file = join(traces, 'trace')
  writeFileSync(file, '')
  const env = {
    HUB_DATA_DIR: folders.fresh(),
    HUB_SECRET_KEY: KEY,
    LOG_LEVEL: 'silent',
    HUB_FAULTS: 'sweep=200,lease=2000',
    HUB_PLUGINS: robotFile,
    ROBOT_FILE: file,
  }
  const start = async (edge: (typeof KILLS)[number]): Promise<HubProcess> => {
    const HUB_FAULTS = `${env.HUB_FAULTS}${edge === null ? '' : `,crash=${edge}:6`}`
    return mustRun(await startHubProcess({ ...env, HUB_FAULTS }))
  }
  let hub = await start(null)
  const say = async (input: string, key: string) => {
    const response = await fetch(`${hub.url}/api/v1/commands`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiTokenFrom(KEY)}` },
      body: JSON.stringify({ input, idempotencyKey: key }),
    })
    return (await response.json()) as { id?: string; jobId?: string }
  }
  /** What a command answered, as the ledger keeps it. */
  const answerOf = async (jobId: string): Promise<string | null> => {
    const response = await fetch(`${hub.url}/api/v1/jobs/${jobId}`, {
      headers: { authorization: `Bearer ${apiTokenFrom(KEY)}` },
    })
    const job = (await response.json()) as { state?: string; result?: { text?: string } | null }
    return job.state === 'done' ? (job.result?.text ?? '') : null
  }
  const ask = async (input: string, key: string): Promise<string> => {
    const said = await say(input, key)
    let text: string | null = null
    await expect
      .poll(async () => (text = await answerOf(said.jobId ?? said.id ?? '').catch(() => null)), {
        timeout: 30_000,
        interval: 100,
      })
      .not.toBeNull()
    return text ?? ''
  }
  const list = Array.from({ length: ITEMS }, (_, n) => `i${n}`).join(',')
  const yaml = [
    'inputs: { items: { type: list } }',
    'steps:',
    `  each: { forEach: inputs.items, concurrency: 8, task: robot.note, with: { name: "\${{ item }}" } }`,
    `  last: { needs: [each], task: robot.note, with: { name: last } }`,
  ].join('\n')
  expect(await ask(`workflow save chain\n${yaml}`, 'save')).toContain('is saved')
  expect(await ask(`workflow run chain items=${list}`, 'run')).toContain('WF-1')
  const lines = () => readFileSync(file, 'utf8').split('\n').filter(Boolean)
  for (const [kills, edge] of KILLS.entries()) {
    if (edge === null) {
      await expect.poll(() => lines().length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(8)
      await sleep(7)
      await hub.kill('SIGKILL')
    } else expect((await hub.ended).signal, edge).toBe('SIGKILL')
    hub = await start(KILLS[kills + 1] ?? null)
  }
  let timeline: Timeline | undefined
  for (let n = 0; timeline?.status !== 'succeeded'; n++) {
    expect(n).toBeLessThan(150)
    await sleep(400)
    timeline = JSON.parse(await ask('workflow status WF-1 --format json', `status-${n}`)) as Timeline
  }
  await hub.kill('SIGTERM')

  const jobs = new Map<string, Set<string>>()
  for (const line of lines()) {
    const [name = '', job = ''] = line.split(' ')
    jobs.set(name, (jobs.get(name) ?? new Set()).add(job))
  }
  expect(jobs.size).toBe(ITEMS + 1)
  // A step that was cut off is done again under the same id, by which a task recognises it.
  expect([...jobs].filter(([, ids]) => ids.size > 1)).toEqual([])
  expect(timeline.steps).toHaveLength(ITEMS + 2)
  expect(timeline.steps.filter(({ status, attempt }) => status !== 'succeeded' || attempt !== 1)).toEqual([])
  const ends = timeline.transitions.filter(({ step, status }) => step !== null && status === 'succeeded')
  expect(ends).toHaveLength(ITEMS + 2)
  expect(new Set(ends.map(({ step }) => step)).size).toBe(ITEMS + 2)
}, 180_000)
