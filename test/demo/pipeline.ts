import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startGitHubFake } from '../fakes/github/index.ts'
import { PROJECT, REPOSITORY } from './people.ts'

/** What goes wrong outside the chats on purpose. */
export const TROUBLES = ['errors', 'red'] as const
export type Trouble = (typeof TROUBLES)[number]

const FILES = ['lint', 'test', 'security', 'build', 'integration', 'deploy', 'smoke', 'rollback', 'canary']
const QUERY = 'shop:errors:ratio5m'
/** How long a run of the stand-in takes until it begins, and until it ends. */
const BEGINS_MS = 150
const ENDS_MS = 700
/** What moves traffic takes longer: long enough to be seen. */
const SLOW = new Set(['rollback', 'canary'])
const SLOW_ENDS_MS = 3_000

/** GitHub with Actions, and Prometheus: what a pipeline starts and what it asks whether production is well. */
export async function startPipelineDesk() {
  const on = new Set<Trouble>()
  const github = await startGitHubFake()
  const shop = github.repository(REPOSITORY)
  for (const [n, name] of FILES.entries())
    shop.state.workflows.push({
      id: n + 1,
      name,
      path: `.github/workflows/${name}.yml`,
      inputs: ['environment', 'weight'],
      showsInputs: true,
      tellsRun: true,
    })
  const prometheus = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://prometheus.test')
    const isKnown = pathname === '/api/v1/query' && searchParams.get('query') === QUERY
    const result = isKnown ? [{ metric: {}, value: [Date.now() / 1_000, on.has('errors') ? '0.18' : '0.002'] }] : []
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
  })
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(prometheus.address() as AddressInfo).port}`
  const given = `repository=${REPOSITORY} project=${PROJECT} prometheus=http://${host} query=${QUERY}`
  const timers = new Set<NodeJS.Timeout>()
  const later = (ms: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, ms)
    timers.add(timer)
  }
  /** Takes up what was started, as a runner does. */
  const work = (body: string) => {
    const { action, workflow_run: run } = JSON.parse(body) as {
      action?: string
      workflow_run?: { id: number; name: string; event: string }
    }
    if (action !== 'requested' || run?.event !== 'workflow_dispatch') return
    const { id, name } = run
    const isRed = name === 'test' && on.has('red')
    const log = isRed ? 'FAIL checkout.test.ts\n  pays with a saved card\n  expected 200, got 500' : ''
    later(BEGINS_MS, () => shop.run({ id, name, status: 'in_progress' }))
    later(SLOW.has(name) ? SLOW_ENDS_MS : ENDS_MS, () =>
      shop.run({
        id,
        name,
        status: 'completed',
        conclusion: isRed ? 'failure' : 'success',
        jobs: [{ id: id * 10, name: 'checkout', conclusion: isRed ? 'failure' : 'success', log }],
      }),
    )
  }
  return {
    env: { ...github.env, WORKFLOW_ALLOW_HOSTS: host },
    on,
    /** Lines worth typing. */
    tries: {
      Pipeline: `/workflow run ci-pipeline ${given} settle=3s`,
      Canary: `/workflow run canary ${given} weights=5,25,100 settle=3s`,
    },
    refusals: (): readonly string[] => github.problems,
    open(hubUrl: string): void {
      github.connect(({ method, headers, body }) => {
        work(body)
        return fetch(`${hubUrl}/hooks/github`, { method, headers, body })
      })
      shop.push('main', { 'README.md': '# Shop\n' }, 'Pay with a saved card')
    },
    async close(): Promise<void> {
      github.connect(null)
      for (const timer of timers) clearTimeout(timer)
      prometheus.closeAllConnections()
      prometheus.close()
      await github.close()
    },
  }
}
