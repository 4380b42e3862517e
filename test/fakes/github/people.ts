import type { Entry } from './git.ts'
import { pageOf, pullWire, pushPayload, repositoryWire, runWire } from './wire.ts'
import {
  type Account,
  ANN,
  type Artifact,
  type Pull,
  type Repository,
  type Run,
  type Webhook,
  type World,
} from './world.ts'

/** Whole new contents by path; null removes the file. */
export type Files = Readonly<
  Record<string, string | Uint8Array | { readonly link: string } | { readonly submodule: string } | null>
>
export interface PushOptions {
  /** Replaces the history: the new commit follows this one instead of the head; null: it follows none. */
  readonly onto?: string | null
  readonly by?: Account
  readonly deliveryId?: string
}
export type Pushed = Webhook & { readonly sha: string }
export type People = ReturnType<typeof createPeople>

/** What people and machines do to a repository. Each act returns the signed webhook that GitHub would send for it. */
export function createPeople(world: World, repository: Repository) {
  const { git } = repository
  const common = (sender: Account) => ({ repository: repositoryWire(repository), sender })
  const emit = (event: string, payload: Readonly<Record<string, unknown>>, deliveryId?: string) =>
    world.emit(event, repository.name, payload, deliveryId)
  const pullEvent = (pull: Pull, action: string, sender: Account) =>
    emit('pull_request', { action, number: pull.number, pull_request: pullWire(repository, pull), ...common(sender) })
  const entryOf = (content: NonNullable<Files[string]>, old: Entry | undefined): Entry => {
    if (typeof content === 'object' && 'link' in content) return { mode: '120000', sha: git.writeBlob(content.link) }
    if (typeof content === 'object' && 'submodule' in content) return { mode: '160000', sha: content.submodule }
    return { mode: old?.mode === '100755' ? '100755' : '100644', sha: git.writeBlob(content) }
  }
  const commit = (parent: string | null, files: Files, message: string, by: Account): string => {
    const tree = new Map(parent === null ? [] : git.flat(git.treeOf(parent) ?? ''))
    for (const [path, content] of Object.entries(files))
      if (content === null) tree.delete(path)
      else tree.set(path, entryOf(content, tree.get(path)))
    return git.writeCommit({
      tree: git.writeTree(tree),
      parents: parent === null ? [] : [parent],
      message,
      author: { name: by.login, email: `${by.login}@example.com` },
      atMs: world.now(),
    })
  }
  const people = {
    git,
    state: repository,
    /** Moves a branch to a commit that is there already; null deletes it. */
    move(branch: string, after: string | null, by: Account = ANN, deliveryId?: string): Webhook {
      const before = git.refs.get(`heads/${branch}`) ?? null
      if (after === null) git.refs.delete(`heads/${branch}`)
      else git.refs.set(`heads/${branch}`, after)
      for (const pull of repository.pulls)
        if (
          after !== null &&
          pull.state === 'open' &&
          pull.branch === branch &&
          pull.headRepository === repository.name
        )
          Object.assign(pull, { headSha: after, updatedAtMs: world.now() })
      return emit('push', pushPayload(world, repository, { branch, before, after, sender: by }), deliveryId)
    },
    /** Commits the files on the branch, which is made when it is not there: from the default branch, or from nothing. */
    push(branch: string, files: Files, message = 'Change', options: PushOptions = {}): Pushed {
      const { by = ANN, deliveryId } = options
      const head = git.refs.get(`heads/${branch}`) ?? git.refs.get(`heads/${repository.defaultBranch}`) ?? null
      const sha = commit(options.onto === undefined ? head : options.onto, files, message, by)
      return { ...people.move(branch, sha, by, deliveryId), sha }
    },
    openPull(made: {
      readonly branch: string
      readonly title?: string
      readonly body?: string
      readonly base?: string
      readonly by?: Account
      /** 'stranger/app': the branch lies there. */
      readonly from?: string
      readonly sha?: string
    }): Webhook & { readonly number: number } {
      const by = made.by ?? ANN
      const number = people.nextNumber()
      const pull: Pull = {
        number,
        title: made.title ?? made.branch,
        body: made.body ?? null,
        state: 'open',
        merged: false,
        mergeCommit: null,
        headRepository: made.from ?? repository.name,
        branch: made.branch,
        headSha: made.sha ?? git.refs.get(`heads/${made.branch}`) ?? '',
        base: made.base ?? repository.defaultBranch,
        user: by,
        createdAtMs: world.now(),
        updatedAtMs: world.now(),
        reviews: [],
      }
      repository.pulls.push(pull)
      return { ...pullEvent(pull, 'opened', by), number }
    },
    /** Commits of its head in one new commit on its base, as "squash and merge" does. */
    mergePull(number: number, by: Account = ANN): readonly [push: Pushed, pull: Webhook] {
      const pull = people.pull(number)
      const parent = git.refs.get(`heads/${pull.base}`) ?? ''
      const from = git.mergeBase(parent, pull.headSha) ?? parent
      const files = Object.fromEntries(
        git
          .changes(git.treeOf(from) ?? '', git.treeOf(pull.headSha) ?? '')
          .flatMap((change): [string, Files[string]][] => [
            ...(change.previous_filename === undefined ? [] : [[change.previous_filename, null] as [string, null]]),
            [change.filename, change.status === 'removed' ? null : (git.blobs.get(change.sha) ?? '')],
          ]),
      )
      const sha = commit(parent, files, `${pull.title} (#${number})`, by)
      Object.assign(pull, { state: 'closed', merged: true, mergeCommit: sha, updatedAtMs: world.now() })
      return [{ ...people.move(pull.base, sha, by), sha }, pullEvent(pull, 'closed', by)]
    },
    closePull(number: number, by: Account = ANN): Webhook {
      const pull = Object.assign(people.pull(number), { state: 'closed', updatedAtMs: world.now() })
      return pullEvent(pull, 'closed', by)
    },
    reopenPull(number: number, by: Account = ANN): Webhook {
      const pull = Object.assign(people.pull(number), { state: 'open', updatedAtMs: world.now() })
      return pullEvent(pull, 'reopened', by)
    },
    pullEvent,
    pull(number: number): Pull {
      const found = repository.pulls.find((one) => one.number === number)
      if (!found) throw new Error(`the fake GitHub has no pull request ${number}`)
      return found
    },
    nextNumber: () =>
      Math.max(0, ...repository.pulls.map((p) => p.number), ...repository.issues.map((i) => i.number)) + 1,
    closeIssue(number: number): void {
      const issue = repository.issues.find((one) => one.number === number)
      if (issue) Object.assign(issue, { state: 'closed', updatedAtMs: world.now() })
    },
    /** A run reaches a state; without `id` a new one begins. */
    run(made: Partial<Run> & Pick<Run, 'name'>): Webhook & { readonly id: number } {
      const branch = made.head_branch ?? repository.defaultBranch
      const known = repository.runs.find((one) => one.id === made.id)
      const run: Run = known
        ? Object.assign(known, made)
        : {
            id: world.nextId(),
            path: `.github/workflows/${made.name.toLowerCase()}.yml`,
            display_title: made.name,
            event: 'push',
            head_branch: branch,
            head_sha: git.refs.get(`heads/${branch}`) ?? '0'.repeat(40),
            status: 'queued',
            conclusion: null,
            attempt: 1,
            createdAtMs: world.now(),
            inputs: {},
            by: ANN.login,
            jobs: [],
            artifacts: [],
            ...made,
          }
      if (!known) repository.runs.push(run)
      const action = run.status === 'completed' ? 'completed' : run.status === 'queued' ? 'requested' : 'in_progress'
      const wire = runWire(repository, run)
      return { ...emit('workflow_run', { action, workflow_run: wire, workflow: null, ...common(ANN) }), id: run.id }
    },
    /** A job of a run uploads something; GitHub keeps it for ninety days unless it says otherwise. */
    upload(runId: number, name: string, over: Partial<Artifact> = {}): Artifact {
      const run = repository.runs.find((one) => one.id === runId)
      if (!run) throw new Error(`the fake GitHub has no run ${runId}`)
      const nowMs = world.now()
      const artifact: Artifact = {
        id: world.nextId(),
        name,
        sizeBytes: 1_000,
        digest: `sha256:${'ab'.repeat(32)}`,
        createdAtMs: nowMs,
        expiresAtMs: nowMs + 90 * 86_400_000,
        ...over,
      }
      run.artifacts.push(artifact)
      return artifact
    },
    /** A deployment begins (`state` left out) or reaches a state. */
    deployment(made: {
      readonly id: number
      readonly environment?: string
      readonly state?: string
      readonly ref?: string
      readonly payload?: unknown
      readonly description?: string
      readonly by?: Account
    }): Webhook {
      const { id, environment = 'production', ref = repository.defaultBranch, payload = {}, by = ANN } = made
      const at = new Date(world.now()).toISOString()
      const deployment = {
        id,
        sha: git.resolve(ref) ?? '0'.repeat(40),
        ref,
        task: 'deploy',
        payload,
        environment,
        description: made.description ?? null,
        creator: by,
        created_at: at,
        updated_at: at,
      }
      if (made.state === undefined) return emit('deployment', { action: 'created', deployment, ...common(by) })
      const status = {
        id: world.nextId(),
        state: made.state,
        creator: by,
        description: made.description ?? '',
        environment,
        target_url: `${pageOf(repository)}/actions/runs/1`,
        log_url: `${pageOf(repository)}/actions/runs/1`,
        environment_url: `https://${environment}.example.com`,
        created_at: at,
        updated_at: at,
      }
      return emit('deployment_status', { action: 'created', deployment, deployment_status: status, ...common(by) })
    },
  }
  return people
}
