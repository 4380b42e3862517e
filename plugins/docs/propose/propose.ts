import type { Proposal, Repositories } from '#contract'
import type { Drift } from '../drift/detect.ts'
import type { Hunk } from '../drift/hunks.ts'
import { says } from '../drift/names.ts'
import type { BranchKey, DriftStore, Edit } from '../drift/store.ts'
import { headingsOf, linesOf } from '../index/chunks.ts'
import { decodeDocument, isDocument, MAX_DOCUMENT_BYTES } from '../index/select.ts'
import type { IndexStore } from '../index/store.ts'
import type { Synced } from '../index/sync.ts'
import type { Asker } from '../model.ts'
import { count } from '../text.ts'
import { applyEdit, editHash } from './apply.ts'
import { askForEdits } from './ask.ts'
import { proposalBody } from './body.ts'
import { gather } from './material.ts'

const STYLE_CHARACTERS = 4_000

export interface Proposing {
  readonly asker: Asker
  readonly index: IndexStore
  readonly drift: DriftStore
  readonly port: Repositories
  readonly signal: AbortSignal
}
/** `answered` is false when no model could be asked: then names alone are told. */
export interface Proposed {
  readonly answered: boolean
  readonly proposal: Proposal | null
  readonly reason: string
}

/** Asks for the smallest edits, proves them, and keeps them with those of earlier pushes in one pull request. */
export async function propose(
  deps: Proposing,
  key: BranchKey,
  synced: Synced,
  hunks: readonly Hunk[],
  drifts: readonly Drift[],
): Promise<Proposed> {
  const { drift, port, signal } = deps
  const { indexed, sha, entries } = synced
  const { settings } = indexed
  const { repository } = key
  await settleClosed(deps, key, settings.branch)
  const texts = new Map<string, string>()
  const read = async (path: string) => {
    if (texts.has(path) || !isDocument(path, settings)) return
    const bytes = await port.file(repository, sha, path, MAX_DOCUMENT_BYTES, signal)
    const decoded = bytes === null ? null : decodeDocument(bytes)
    if (decoded && 'text' in decoded) texts.set(path, decoded.text)
  }
  const writes = await drift.writes(key)
  const pending = writes.proposal?.state === 'open' ? writes.edits : []
  for (const { path } of pending) await read(path)
  // The next edit builds on what is proposed already: documents are read as the open pull request leaves them.
  const drafted = applyAll(pending, texts)
  const current = new Map(drafted.written.map(({ path, text }) => [path, text]))
  const material = await gather(deps.index, indexed, hunks, drifts, current)
  for (const { path } of material.sections.values()) await read(path)

  const files = new Set(entries.map(({ path }) => path))
  const asked =
    material.sections.size === 0 || material.hunks.size === 0
      ? null
      : await askForEdits(deps.asker, {
          workspace: key.workspace,
          signal,
          material,
          texts: new Map([...texts, ...current]),
          targets: {
            hasPath: (path) => files.has(path) || entries.some((entry) => entry.path.startsWith(`${path}/`)),
            anchorsOf: (path) => {
              const text = texts.get(path)
              return text === undefined ? null : new Set(headingsOf(linesOf(text)).map(({ anchor }) => anchor))
            },
          },
          style: settings.style ? await styleOf(port, repository, sha, settings.style, signal) : null,
          language: settings.language,
        })
  if (asked?.value === null) return { answered: false, proposal: null, reason: asked.notes.join('; ') }
  const cost = asked ? [`${asked.model ?? 'model'} · ${asked.tokens.toLocaleString('en')} tokens`] : []
  const declined = new Set(writes.declined)
  const fresh = (asked?.value ?? []).filter((edit) => !declined.has(editHash(edit)))
  const edits = [...new Map([...drafted.kept, ...fresh].map((edit) => [editHash(edit), edit])).values()]
  const { kept, written } = applyAll(edits, texts)
  const notes = [...material.limits, ...cost]
  if (kept.length === 0) {
    if (pending.length > 0) await drift.write(key, { edits: [] })
    const dropped = asked?.value?.length ?? 0
    const why =
      asked === null
        ? 'no section speaks of what changed'
        : dropped > 0
          ? 'every edit was declined before'
          : 'the model found nothing untrue'
    return { answered: true, proposal: null, reason: [why, ...notes].join('; ') }
  }
  const documents = written.length
  const open = (await drift.findings(key)).filter(({ state }) => state !== 'declined')
  const left = open.filter(({ drift: one }) => {
    const after = written.find(({ path }) => path === one.document)
    return !after || says(after.text, one.old)
  })
  const { changed, ...proposal } = await port.propose(
    {
      repository,
      base: key.branch,
      baseSha: sha,
      branch: settings.branch,
      title: `Documentation follows ${key.branch}: ${count(documents, 'document')}`,
      body: proposalBody(indexed, kept, left, notes),
      message: `Documentation follows ${key.branch}`,
      files: written,
    },
    signal,
  )
  const { number, url, state } = proposal
  await drift.write(key, { edits: kept, proposal: { number, url, state } })
  const reason = [
    `${count(kept.length, 'edit')} in ${count(documents, 'document')}`,
    ...(changed ? [] : ['as before']),
    ...notes,
  ]
  return { answered: true, proposal, reason: reason.join('; ') }
}

/** Edits that still fit, one after the other, and the documents that come of them. */
function applyAll(edits: readonly Edit[], texts: ReadonlyMap<string, string>) {
  const after = new Map<string, string>()
  const kept = edits.filter((edit) => {
    const text = after.get(edit.path) ?? texts.get(edit.path)
    const applied = text === undefined ? null : applyEdit(text, edit)
    if (!applied || 'problem' in applied) return false
    after.set(edit.path, applied.text)
    return true
  })
  return { kept, written: [...after].map(([path, text]) => ({ path, text })) }
}

/** What people did with the pull request since: closed, its edits are declined for good; merged, they are done. */
export async function settleClosed(
  { drift, port, signal }: Pick<Proposing, 'drift' | 'port' | 'signal'>,
  key: BranchKey,
  branch: string,
): Promise<void> {
  const writes = await drift.writes(key)
  if (writes.proposal?.state !== 'open') return
  const found = await port.proposal(key.repository, branch, signal)
  if (!found || found.number !== writes.proposal.number || found.state === 'open') return
  const { number, url, state } = found
  if (state === 'merged') return drift.write(key, { edits: [], proposal: { number, url, state } })
  const refused = new Set(writes.edits.map(({ path }) => path))
  const open = (await drift.findings(key)).filter((one) => one.state !== 'declined' && refused.has(one.drift.document))
  const spoken = open.filter(({ drift: one }) =>
    writes.edits.some(({ path, find }) => path === one.document && says(find, one.old)),
  )
  await drift.mark(
    key,
    spoken.map(({ hash }) => hash),
    'declined',
  )
  await drift.write(key, {
    edits: [],
    declined: [...new Set([...writes.declined, ...writes.edits.map(editHash)])],
    proposal: { number, url, state },
  })
}

async function styleOf(
  port: Repositories,
  repository: string,
  sha: string,
  path: string,
  signal: AbortSignal,
): Promise<string | null> {
  const bytes = await port.file(repository, sha, path, MAX_DOCUMENT_BYTES, signal)
  const decoded = bytes === null ? null : decodeDocument(bytes)
  return decoded && 'text' in decoded ? decoded.text.slice(0, STYLE_CHARACTERS) : null
}
