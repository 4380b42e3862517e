import { type Bindings, type Context, type Hub, HubError, type Source, type Tracker, tracker } from '#contract'
import { type Desk, sourceOf } from '../../commands/desk.ts'
import { formatReference, parseReference } from '../../reference.ts'
import type { Saved } from '../../store.ts'
import type { GenerateDeps } from '../generate.ts'
import type { IssueLink } from '../store.ts'

/** What the commands about trackers work with. */
export interface SyncDesk {
  readonly desk: Desk
  deps(): GenerateDeps
  bindings(): Bindings
}

/** The port of a tracker by its name, or an error that says which there are. */
export function trackerOf(hub: Pick<Hub, 'maybe'>): (plugin: string) => Tracker {
  return (plugin) => {
    const found = /^[a-z][a-z0-9-]{0,40}$/.test(plugin) ? hub.maybe(tracker(plugin)) : null
    if (found) return found
    const on = ['jira', 'linear'].filter((name) => hub.maybe(tracker(name)) !== null)
    const cure =
      on.length > 0 ? `there is ${on.join(' and ')}` : 'none is connected: see "hub status" for what is missing'
    throw new HubError(
      'NOT_FOUND',
      `No tracker "${plugin.slice(0, 40)}" is connected: ${cure}. To draft a text that begins with this word, put the word in quotes`,
    )
  }
}

export async function storyOf({ desk }: SyncDesk, ctx: Context, id: string): Promise<Saved> {
  return desk.store().get(ctx.workspace, parseReference(id))
}
/** Links of a story to one tracker, those to issues that are gone left out. */
export async function linksOf(
  { deps }: SyncDesk,
  story: Pick<Saved, 'workspace' | 'id'>,
  plugin?: string,
): Promise<IssueLink[]> {
  const links = await deps().links.ofStory(story.workspace, story.id)
  return links.filter((link) => link.state !== 'gone' && (plugin === undefined || link.plugin === plugin))
}
export function noIssue(story: Saved): HubError {
  const id = formatReference(story.number)
  return new HubError(
    'NOT_FOUND',
    `${id} has no issue yet: "story push ${id} jira" makes one, "story link ${id} jira PAY-12" takes one`,
  )
}
/** The tracker project that commands from here are about: the one named, that of this channel, or the only one. */
export async function targetOf(
  { bindings }: SyncDesk,
  ctx: Context,
  plugin: string,
  named: string | undefined,
): Promise<{ readonly trackerWorkspace: string; readonly target: string; readonly rules: unknown }> {
  const all = await bindings().list(ctx.workspace, { kind: 'tracker', plugin })
  const here = ctx.place ? await bindings().projectAt(ctx.workspace, ctx.place.plugin, ctx.place.channel) : null
  const wanted = named?.toLowerCase()
  const fits = wanted
    ? all.filter((b) => b.target.toLowerCase() === wanted || b.project.toLowerCase() === wanted)
    : here !== null && all.some((b) => b.project === here)
      ? all.filter((b) => b.project === here)
      : all
  const [one] = fits
  if (one && fits.length === 1) return { trackerWorkspace: one.targetWorkspace, target: one.target, rules: one.rules }
  if (all.length === 0 || !one)
    throw new HubError(
      'NOT_FOUND',
      `No ${plugin} project${named ? ` "${named}"` : ''} is bound here: an admin binds one with "hub bind tracker payments ${plugin}:${named ?? 'PAY'}"`,
    )
  throw new HubError('INPUT_INVALID', `Which project? ${fits.map((b) => b.target).join(', ')}: write it at the end`)
}

/**
 * What goes into a tracker project is read by the team that has it, and who bound it proved their power over both. So only what was written in
 * private needs its author's word.
 */
export function privateSource({ desk }: SyncDesk) {
  return async (args: { readonly id: string }, ctx: Context): Promise<Source | null> => {
    const source = await sourceOf(desk)(args, ctx)
    return source?.place?.visibility === 'private' ? source : null
  }
}
