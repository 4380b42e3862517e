import { type Directory, type Finder, type Found, HubError, type Place, roleIncludes, type Visibility } from '#contract'
import type { Desk } from './commands/desk.ts'
import { formatReference } from './reference.ts'
import { renderStory } from './render.ts'
import type { Listed } from './search/store.ts'

const MOST = 25
const MAX_WORDS = 200
/** Whole cards; further ones are a line each, as every card is a query and the answer is due at once. */
const MOST_CARDS = 10
const WIDTH: Readonly<Record<Visibility, number>> = { private: 0, team: 1, public: 2 }

/** Stories, as `story list` finds them at this place, each with its card. */
export function createFinder(desk: Pick<Desk, 'store' | 'search'>, directory: () => Directory | null): Finder {
  return {
    async find({ workspace, who, place, words, limit }) {
      const standing = await directory()?.standing(workspace, who)
      if (!roleIncludes(standing?.role ?? null, 'viewer'))
        throw new HubError('FORBIDDEN', 'You may not see stories here; hub why story list says who can change that')
      const reader = {
        author: `${who.plugin}:${who.id}`,
        channel: place.channel,
        isPrivate: place.visibility === 'private',
      }
      const wanted = words.trim().slice(0, MAX_WORDS)
      const listed = await desk.search().list(workspace, wanted, Math.min(limit, MOST), reader)
      return Promise.all(listed.map((one, nth) => foundOf(one, nth < MOST_CARDS)))

      async function foundOf(one: Listed, isWhole: boolean): Promise<Found> {
        const title = `${formatReference(one.number)} · ${one.title}`
        const note = `${one.state} · v${one.version} · ${one.updatedAt.toISOString().slice(0, 10)}`
        const line: Found = {
          title,
          note,
          card: {
            text: `${title}\n${note}`,
            blocks: [
              { kind: 'heading', text: title },
              { kind: 'note', markdown: note },
            ],
          },
        }
        if (!isWhole) return line
        const saved = await desk.store().get(workspace, one.number)
        // What was written for fewer readers than this place has is named there, and asked for with a command, which asks its author.
        if (isNarrower(saved.place, place)) return line
        return { title, note, card: renderStory(saved, { actions: [] }) }
      }
    },
  }
}
function isNarrower(source: Pick<Place, 'visibility'> | null, place: Place): boolean {
  return WIDTH[source?.visibility ?? 'public'] < WIDTH[place.visibility]
}
