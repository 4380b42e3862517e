import type { Proposal, Repositories } from '#contract'
import type { Drift } from '../drift/detect.ts'
import type { Hunk } from '../drift/hunks.ts'
import { says } from '../drift/names.ts'
import type { BranchKey, DriftStore, Edit } from '../drift/store.ts'
import { type Generated, regenerate } from '../generate/sections.ts'
import { createSources } from '../generate/sources.ts'
import { headingsOf, linesOf } from '../index/chunks.ts'
import type { IndexStore } from '../index/store.ts'
import type { Synced } from '../index/sync.ts'
import { GENERATED_MARK } from '../index/terms.ts'
import type { Asker } from '../model.ts'
import { count } from '../text.ts'
import { applyEdit, editHash } from './apply.ts'
import { askForEdits } from './ask.ts'
import { proposalBody } from './body.ts'
import { gather, type Material } from './material.ts'
import { openTree, type Tree } from './tree.ts'
import { linksOf, resolve } from './verify.ts'

const STYLE_CHARACTERS = 4_000
const LINKS_READ = 10
const GENERATED_DOCUMENTS = 20

export interface Proposing {
  readonly asker: Asker
  readonly index: IndexStore
  readonly drift: DriftStore
  readonly port: Repositories
  readonly signal: AbortSignal
}
export interface Proposed {
  readonly proposal: Proposal | null
  /** Why, or why not; empty where there was nothing to ask and nothing to write. */
  readonly reason: string
}

/** Asks for the smallest edits, proves them, writes generated sections anew, and keeps all of it in one pull request. */
export async function propose(
  deps: Proposing,
  key: BranchKey,
  synced: Synced,
  hunks: readonly Hunk[],
  drifts: readonly Drift[],
): Promise<Proposed> {
  const { drift, index } = deps
  const { indexed, sha } = synced
  const { settings } = indexed
  await settleClosed(deps, key, settings.branch)
  const tree = openTree(deps, key.repository, synced)
  const writes = await drift.writes(key)
  const isOpen = writes.proposal?.state === 'open'
  // What is open stays where it is; another branch in the settings is for the next one.
  const branch = (isOpen ? writes.proposal?.branch : undefined) ?? settings.branch
  const pending = isOpen ? writes.edits : []
  for (const { path } of pending) await tree.document(path)
  // The next edit builds on what is proposed already: documents are read as the open pull request leaves them.
  const drafted = applyAll(pending, tree.texts)
  const current = new Map(drafted.written.map(({ path, text }) => [path, text]))
  const asked = await ask(deps, key, synced, tree, await gather(index, indexed, hunks, drifts, current), current)

  const declined = new Set(writes.declined)
  const fresh = asked.edits.filter((edit) => !declined.has(editHash(edit)))
  const edits = [...new Map([...drafted.kept, ...fresh].map((edit) => [editHash(edit), edit])).values()]
  const { kept, written } = applyAll(edits, tree.texts)
  const files = new Map(written.map(({ path, text }) => [path, text]))
  const generated: Generated[] = []
  const notes = [...asked.notes]
  const sources = createSources(deps, key.repository, synced, tree)
  for (const path of await index.speakingOf(key, `i:${GENERATED_MARK}`, GENERATED_DOCUMENTS)) {
    const text = files.get(path) ?? (await tree.document(path))
    if (text === null) continue
    const made = await regenerate(path, text, sources, (hash) => declined.has(hash))
    if (made.sections.length > 0) files.set(path, made.text)
    generated.push(...made.sections)
    notes.push(...made.problems)
  }
  if (files.size === 0) {
    if (pending.length > 0) await drift.write(key, { edits: [] })
    const why = asked.edits.length > 0 ? 'every edit was declined before' : asked.why
    return { proposal: null, reason: [why, ...notes].filter((note) => note !== '').join('; ') }
  }
  const hashes = generated.map(({ hash }) => hash)
  const isSame =
    isOpen &&
    fresh.length === 0 &&
    kept.length === pending.length &&
    hashes.join() === (writes.proposal?.generated ?? []).join()
  if (isSame && !synced.changed.some((path) => files.has(path)))
    return { proposal: null, reason: ['the open pull request stands as it is', ...notes].join('; ') }

  const open = (await drift.findings(key)).filter(({ state }) => state !== 'declined')
  const left = open.filter(({ drift: one }) => says(files.get(one.document) ?? one.old, one.old))
  const { changed, ...proposal } = await deps.port.propose(
    {
      repository: key.repository,
      base: key.branch,
      baseSha: sha,
      branch,
      title: `Documentation follows ${key.branch}: ${count(files.size, 'document')}`,
      body: proposalBody(indexed, kept, generated, left, notes),
      message: `Documentation follows ${key.branch}`,
      files: [...files].map(([path, text]) => ({ path, text })),
    },
    deps.signal,
  )
  const { number, url, state } = proposal
  await drift.write(key, { edits: kept, proposal: { number, url, state, branch, generated: hashes } })
  const told = [
    ...(kept.length > 0 ? [count(kept.length, 'edit')] : []),
    ...(generated.length > 0 ? [count(generated.length, 'generated section')] : []),
  ]
  const where = `${told.join(' and ')} in ${count(files.size, 'document')}`
  return { proposal, reason: [where, ...(changed ? [] : ['as before']), ...notes].join('; ') }
}

interface Answered {
  readonly edits: readonly Edit[]
  /** Why there are none. */
  readonly why: string
  readonly notes: readonly string[]
}
async function ask(
  deps: Proposing,
  key: BranchKey,
  { indexed }: Synced,
  tree: Tree,
  material: Material,
  current: ReadonlyMap<string, string>,
): Promise<Answered> {
  const { settings } = indexed
  if (!deps.asker.hasModel) return { edits: [], why: '', notes: [] }
  if (material.sections.size === 0 || material.hunks.size === 0)
    return { edits: [], why: 'no section speaks of what changed', notes: [] }
  for (const { path } of material.sections.values())
    for (const link of linksOf((await tree.document(path)) ?? '').slice(0, LINKS_READ)) {
      const target = resolve(path, link.split('#')[0] ?? '')
      if (link.includes('#') && target) await tree.document(target)
    }
  const asked = await askForEdits(deps.asker, {
    workspace: key.workspace,
    signal: deps.signal,
    material,
    texts: new Map([...tree.texts, ...current]),
    targets: {
      hasPath: tree.has,
      anchorsOf: (path) => {
        const text = current.get(path) ?? tree.texts.get(path)
        return text === undefined ? null : new Set(headingsOf(linesOf(text)).map(({ anchor }) => anchor))
      },
    },
    style: settings.style ? ((await tree.source(settings.style))?.slice(0, STYLE_CHARACTERS) ?? null) : null,
    language: settings.language,
  })
  if (asked.value === null) return { edits: [], why: '', notes: [...material.limits, ...asked.notes] }
  const cost = `${asked.model ?? 'model'} · ${asked.tokens.toLocaleString('en')} tokens`
  return { edits: asked.value, why: 'the model found nothing untrue', notes: [...material.limits, cost] }
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
  const found = await port.proposal(key.repository, writes.proposal.branch ?? branch, signal)
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
  const closed = [...writes.edits.map(editHash), ...(writes.proposal.generated ?? [])]
  await drift.write(key, {
    edits: [],
    declined: [...new Set([...writes.declined, ...closed])],
    proposal: { number, url, state },
  })
}
