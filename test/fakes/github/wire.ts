import type { Account, Artifact, Attempt, CheckRun, Issue, Pull, Repository, Run, World } from './world.ts'
import { ZERO } from './world.ts'

const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
export const pageOf = (repository: Repository) => `https://github.com/${repository.name}`

/** As GitHub writes it, in answers and in payloads, as far as anybody reads it. */
export function repositoryWire(repository: Repository) {
  const { id, name, owner } = repository
  return {
    id,
    name: name.split('/')[1],
    full_name: name,
    private: repository.private,
    owner,
    html_url: pageOf(repository),
    url: `https://api.github.com/repos/${name}`,
    default_branch: repository.defaultBranch,
    archived: repository.archived,
    fork: false,
  }
}
export function pullWire(repository: Repository, pull: Pull) {
  const { number, title, body, state, user } = pull
  const closed = state === 'closed' ? iso(pull.updatedAtMs) : null
  return {
    id: number + 50_000,
    number,
    title,
    body,
    state,
    user,
    html_url: `${pageOf(repository)}/pull/${number}`,
    head: {
      ref: pull.branch,
      sha: pull.headSha,
      label: `${pull.headRepository.split('/')[0]}:${pull.branch}`,
      repo: { full_name: pull.headRepository, fork: pull.headRepository !== repository.name },
    },
    base: { ref: pull.base, repo: { full_name: repository.name } },
    merged: pull.merged,
    merged_at: pull.merged ? closed : null,
    closed_at: closed,
    merge_commit_sha: pull.mergeCommit,
    created_at: iso(pull.createdAtMs),
    updated_at: iso(pull.updatedAtMs),
    draft: false,
    author_association: 'MEMBER',
  }
}
export function issueWire(repository: Repository, issue: Issue) {
  const { number, title, body, state, user } = issue
  return {
    id: number + 90_000,
    number,
    title,
    body,
    state,
    user,
    html_url: `${pageOf(repository)}/issues/${number}`,
    author_association: 'MEMBER',
    created_at: iso(issue.createdAtMs),
    updated_at: iso(issue.updatedAtMs),
  }
}
export function checkWire(repository: Repository, check: CheckRun) {
  return { ...check, html_url: `${pageOf(repository)}/runs/${check.id}`, app: { id: 12_345, slug: 'autodevhub' } }
}
export function runWire(repository: Repository, run: Run) {
  const { id, name, path, display_title, event, head_branch, head_sha, status, conclusion, attempt } = run
  return {
    id,
    name,
    path,
    display_title,
    event,
    head_branch,
    head_sha,
    status,
    conclusion,
    run_attempt: attempt,
    triggering_actor: { login: run.by },
    html_url: `${pageOf(repository)}/actions/runs/${id}`,
    created_at: iso(run.createdAtMs),
    updated_at: iso(run.createdAtMs),
  }
}
/** https://docs.github.com/en/rest/actions/artifacts#list-workflow-run-artifacts */
export function artifactWire(repository: Repository, run: Run, artifact: Artifact, nowMs: number) {
  const { id, name, sizeBytes, digest, createdAtMs, expiresAtMs } = artifact
  const url = `https://api.github.com/repos/${repository.name}/actions/artifacts/${id}`
  return {
    id,
    name,
    size_in_bytes: sizeBytes,
    url,
    archive_download_url: `${url}/zip`,
    expired: expiresAtMs <= nowMs,
    digest,
    created_at: iso(createdAtMs),
    updated_at: iso(createdAtMs),
    expires_at: iso(expiresAtMs),
    workflow_run: { id: run.id, repository_id: repository.id, head_branch: run.head_branch, head_sha: run.head_sha },
  }
}
export function attemptWire({ id, webhook, status, atMs }: Attempt) {
  return {
    id,
    guid: webhook.deliveryId,
    delivered_at: new Date(atMs).toISOString(),
    redelivery: false,
    duration: 0.1,
    status:
      status >= 200 && status < 300
        ? 'OK'
        : status === 0
          ? 'failed to connect to host'
          : `Invalid HTTP Response: ${status}`,
    status_code: status,
    event: webhook.event,
    action: (webhook.payload as { action?: unknown }).action ?? null,
    installation_id: null,
    repository_id: null,
  }
}
export function pushPayload(
  world: World,
  repository: Repository,
  push: {
    readonly branch: string
    readonly before: string | null
    readonly after: string | null
    readonly sender: Account
  },
) {
  const { git } = repository
  const { branch, before, after, sender } = push
  const commits = after === null ? [] : git.between(before, after)
  const wire = commits.map(({ sha, tree, message, author, atMs }) => ({
    id: sha,
    tree_id: tree,
    message,
    timestamp: iso(atMs),
    url: `${pageOf(repository)}/commit/${sha}`,
    author: { ...author, username: author.name },
    committer: { ...author, username: author.name },
    added: [],
    removed: [],
    modified: [],
  }))
  const head = after === null ? null : (git.commits.get(after) ?? null)
  return {
    ref: `refs/heads/${branch}`,
    before: before ?? ZERO,
    after: after ?? ZERO,
    created: before === null,
    deleted: after === null,
    forced: before !== null && after !== null && !git.ancestors(after).has(before),
    compare: `${pageOf(repository)}/compare/${before?.slice(0, 12)}...${after?.slice(0, 12)}`,
    base_ref: null,
    repository: { ...repositoryWire(repository), pushed_at: Math.floor(world.now() / 1_000) },
    pusher: { name: sender.login, email: `${sender.login}@example.com` },
    sender,
    commits: wire.slice(-2_048),
    head_commit: head && {
      id: head.sha,
      tree_id: head.tree,
      message: head.message,
      timestamp: iso(head.atMs),
      author: head.author,
      committer: head.author,
    },
  }
}
