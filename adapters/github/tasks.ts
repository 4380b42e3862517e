import { z } from 'zod'
import { defineTask, HubError, type Repositories, runArtifacts, type TaskHandler } from '#contract'
import type { Actions } from './actions.ts'
import type { Artifacts } from './artifacts.ts'
import type { GitHubClient } from './client.ts'
import type { Keyed } from './keyed.ts'
import { unmentioned } from './markdown.ts'
import { parse } from './objects.ts'
import { repositoryOf } from './place.ts'
import { infoOf } from './repositories.ts'
import type { Scope } from './scope.ts'

const repository = z.string().max(200).describe('Repository, such as octo/app')
const runId = z
  .string()
  .regex(/^\d{1,20}$/, 'must be the number of a run')
  .describe('Number of the run')
const pullWire = z.object({ head: z.object({ repo: z.object({ full_name: z.string() }).nullable() }) })
const issueWire = z.object({ pull_request: z.unknown().optional() })

/** What a workflow can do on GitHub. */
export function createTasks(ports: {
  readonly client: GitHubClient
  readonly host: Repositories & Keyed
  readonly actions: Actions
  readonly artifacts: Artifacts
  readonly scope: Scope
}): readonly TaskHandler[] {
  const { client, host, actions, artifacts, scope } = ports
  /** Code from outside gets nothing written beside it in our name. */
  const refuseFork = async (name: string, number: number, signal: AbortSignal) => {
    const at = repositoryOf(name)
    const ask = (route: string, parameters: object) =>
      client.read({ route, parameters: { ...at, ...parameters }, repository: at, what: `${name}#${number}`, signal })
    const issue = await ask('GET /repos/{owner}/{repo}/issues/{issue_number}', { issue_number: number })
    if (parse(issueWire, issue, 'issue').pull_request === undefined) return
    const pull = await ask('GET /repos/{owner}/{repo}/pulls/{pull_number}', { pull_number: number })
    if (parse(pullWire, pull, 'pull request').head.repo?.full_name.toLowerCase() !== name.toLowerCase())
      throw new HubError('FORBIDDEN', `${name}#${number} comes from a fork, which gets nothing written by workflows`)
  }
  return [
    defineTask({
      name: 'github.dispatch',
      summary: 'Start a workflow of GitHub Actions',
      sideEffects: 'outside',
      input: z.object({
        repository,
        workflow: z
          .string()
          .regex(/^(?:\d{1,15}|[\w.-]{1,200}\.ya?ml)$/, 'must be the name of its file, such as deploy.yml')
          .describe('File of the workflow, such as deploy.yml'),
        ref: z.string().max(250).optional().describe('Branch or tag; left out: the default branch'),
        inputs: z.record(z.string(), z.string().max(65_000)).default({}).describe('Inputs that the workflow declares'),
        correlationInput: z
          .string()
          .max(100)
          .optional()
          .describe('Input that takes an id by which its run is surely found: show it in run-name'),
      }),
      output: z.object({ runId: z.string(), url: z.string(), correlationId: z.string() }),
      async run({ repository: given, workflow, ref, inputs, correlationInput }, ctx) {
        const name = await scope(ctx.workspace, given, ctx.signal)
        if (ref !== undefined && /^(?:refs\/)?pull\//.test(ref))
          throw new HubError('INPUT_INVALID', `${ref} may be code from a fork: name a branch or a tag of ${name}`)
        const branch = ref ?? (await infoOf(client, name, ctx.signal))?.default_branch
        if (branch === undefined) throw new HubError('NOT_FOUND', `GitHub does not show ${name} to the hub`)
        const asked = { repository: name, workflow, inputs, jobId: ctx.jobId }
        const made = await actions.dispatch(
          { ...asked, ref: branch.replace(/^refs\/(?:heads|tags)\//, ''), correlationInput: correlationInput ?? null },
          ctx.signal,
        )
        await ctx.audit('github.dispatch', `${name} ${workflow}`, { ref: branch, runId: made.runId })
        return made
      },
    }),
    defineTask({
      name: 'github.run',
      summary: 'Read the state of a run of GitHub Actions',
      sideEffects: 'none',
      input: z.object({ repository, runId }),
      output: runArtifacts.extend({
        state: z.enum(['queued', 'running', 'done']),
        /** GitHub's own word; null until it is done. */
        conclusion: z.string().nullable(),
        name: z.string(),
        url: z.string(),
        failedJobs: z.array(z.string()).readonly(),
        /** Last lines of the first job that failed. */
        log: z.string().nullable(),
      }),
      async run({ repository: given, runId: id }, ctx) {
        const name = await scope(ctx.workspace, given, ctx.signal)
        const run = await actions.run(name, id, ctx.signal)
        // What a job leaves is listed when the job ends; one that has not begun has left nothing.
        if (run.state === 'queued') return { ...run, artifacts: [], artifactCount: 0 }
        return { ...run, ...(await artifacts.beside(name, id, ctx.signal)) }
      },
    }),
    defineTask({
      name: 'github.artifacts',
      summary: 'List what a run of GitHub Actions left behind',
      sideEffects: 'none',
      input: z.object({ repository, runId }),
      output: runArtifacts,
      run: async ({ repository: given, runId: id }, ctx) =>
        artifacts.list(await scope(ctx.workspace, given, ctx.signal), id, ctx.signal),
    }),
    defineTask({
      name: 'github.check',
      summary: 'Write a check beside a commit',
      sideEffects: 'outside',
      input: z.object({
        repository,
        sha: z
          .string()
          .regex(/^[0-9a-f]{40}$/, 'must be the whole id of a commit')
          .describe('Commit'),
        name: z.string().min(1).max(100).describe('Name of the check, such as AutoDevHub / gate'),
        state: z.enum(['running', 'success', 'failure', 'neutral', 'waiting']).describe('What it says'),
        title: z.string().max(200).describe('One line'),
        summary: z.string().max(60_000).default('').describe('Markdown below it'),
        detailsUrl: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe('Page behind it'),
      }),
      output: z.object({ url: z.string().nullable() }),
      async run({ repository: given, detailsUrl, summary, ...check }, ctx) {
        const name = await scope(ctx.workspace, given, ctx.signal)
        const more = detailsUrl === undefined ? {} : { detailsUrl }
        return host.check({ ...check, ...more, summary, repository: name }, ctx.signal)
      },
    }),
    defineTask({
      name: 'github.comment',
      summary: 'Write one comment for a key on an issue or pull request, and edit it from then on',
      sideEffects: 'outside',
      input: z.object({
        repository,
        number: z.number().int().positive().describe('Number of the issue or pull request'),
        key: z.string().min(1).max(200).describe('The same key again edits the same comment'),
        body: z.string().min(1).max(60_000).describe('Markdown'),
      }),
      output: z.object({ id: z.number(), url: z.string(), changed: z.boolean() }),
      async run({ repository: given, number, key, body }, ctx) {
        const name = await scope(ctx.workspace, given, ctx.signal)
        await refuseFork(name, number, ctx.signal)
        // Nobody is mentioned by what a workflow puts together from outside text.
        const write = { repository: name, number, key: `${ctx.workspace} ${key}`, body: unmentioned(body) }
        return host.comment(write, ctx.signal)
      },
    }),
  ]
}
