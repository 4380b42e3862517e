import { z } from 'zod'
import {
  ciRunChanged,
  definePlugin,
  defineTask,
  type Hub,
  HubError,
  type Plugin,
  type RunArtifact,
  runArtifacts,
} from '#contract'

/** GitHub Actions as workflows see it: what is started ends at once, as the test says. */
export interface Actions {
  readonly started: { readonly runId: string; readonly what: string }[]
  /** Conclusion of what was started: 'deploy.yml {"environment":"staging"}'. */
  conclude: (what: string) => string
  /** What it leaves behind: names of artifacts. */
  leave: (what: string) => readonly string[]
}
export function actionsFake(workspace: string): { plugin: Plugin; actions: Actions } {
  const actions: Actions = { started: [], conclude: () => 'success', leave: () => [] }
  const done = new Map<string, string>()
  const byJob = new Map<string, string>()
  let door: Hub | undefined
  const repository = z.string()
  const plugin = definePlugin({
    manifest: { name: 'github', version: '1.0.0', summary: 'Actions in memory', hub: '^1.0.0', config: z.object({}) },
    setup(hub) {
      door = hub
      return {
        tasks: [
          defineTask({
            name: 'github.dispatch',
            summary: 'Start a workflow of GitHub Actions',
            sideEffects: 'outside',
            input: z.object({
              repository,
              workflow: z.string(),
              ref: z.string(),
              inputs: z.record(z.string(), z.string()),
            }),
            output: z.object({ runId: z.string(), url: z.string() }),
            async run({ repository: name, workflow, ref, inputs }, { jobId }) {
              const known = byJob.get(jobId)
              const runId = known ?? String(actions.started.length + 1)
              const url = `https://github.test/runs/${runId}`
              if (known) return { runId, url }
              byJob.set(jobId, runId)
              const what = `${workflow} ${JSON.stringify(inputs)}`
              actions.started.push({ runId, what })
              done.set(runId, actions.conclude(what))
              const state = done.get(runId) === 'success' ? 'success' : 'failure'
              await door?.publish(
                ciRunChanged,
                {
                  plugin: 'github',
                  repository: name,
                  url,
                  runId,
                  name: workflow,
                  path: null,
                  branch: ref,
                  sha: 'a'.repeat(40),
                  event: 'workflow_dispatch',
                  state: 'done',
                  conclusion: state,
                  attempt: 1,
                  runUrl: url,
                  atMs: Date.now(),
                },
                { workspace, deliveryId: `run-${runId}-${Math.random()}` },
              )
              return { runId, url }
            },
          }),
          defineTask({
            name: 'github.run',
            summary: 'Read the state of a run of GitHub Actions',
            sideEffects: 'none',
            input: z.object({ repository, runId: z.string() }),
            output: runArtifacts.extend({
              conclusion: z.string(),
              url: z.string(),
              failedJobs: z.array(z.string()),
              log: z.string().nullable(),
            }),
            run({ runId }) {
              const conclusion = done.get(runId)
              if (conclusion === undefined) throw new HubError('NOT_FOUND', 'there is no such run')
              const isGreen = conclusion === 'success'
              const url = `https://github.test/runs/${runId}`
              const what = actions.started.find((one) => one.runId === runId)?.what ?? ''
              const artifacts = actions.leave(what).map((name, n) => artifact(name, url, n))
              return {
                conclusion,
                url,
                artifacts,
                artifactCount: artifacts.length,
                failedJobs: isGreen ? [] : ['check'],
                log: isGreen ? null : 'Error: 503 from /health',
              }
            },
          }),
        ],
      }
    },
  })
  return { plugin: plugin as Plugin, actions }
}

const artifact = (name: string, runUrl: string, n: number): RunArtifact => ({
  name,
  sizeBytes: 4_200_000 + n,
  url: `${runUrl}/artifacts/${n}`,
  runUrl,
  digest: null,
  expiresAt: null,
  expired: false,
})
