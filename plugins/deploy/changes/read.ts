import { type Comparison, HubError, type Log } from '#contract'
import type { Desk } from '../desk.ts'
import { type Commit, MOST_COMMITS, type StoryCarried } from '../model.ts'
import { clip } from '../text.ts'
import { issuesIn, storiesIn } from './mentions.ts'

export interface Changes {
  readonly relation: Comparison['relation']
  readonly commits: readonly Commit[]
  readonly issues: readonly string[]
  readonly stories: readonly StoryCarried[]
}
const MAX_MESSAGE = 300
/** Nothing that trying again could change. */
const FINAL = new Set(['NOT_FOUND', 'FORBIDDEN', 'UNSUPPORTED', 'CONFLICT', 'INPUT_INVALID', 'TOO_LARGE'])

/** What lies between two commits; null where no code host can be asked or it does not know them. */
export async function readChanges(
  desk: Desk,
  asked: {
    readonly workspace: string
    readonly codeHost: string
    readonly repository: string
    readonly base: string
    readonly head: string
  },
  ctx: { readonly signal: AbortSignal; readonly log: Log },
): Promise<Changes | null> {
  const { workspace, codeHost, repository, base, head } = asked
  const host = desk.repositories(codeHost)
  if (!host) return null
  try {
    const { relation, commits: all } = await host.compare(repository, base, head, ctx.signal)
    const commits = all
      .slice(-MOST_COMMITS)
      .map(({ sha, author, message }) => ({ sha, author, message: clip(message, MAX_MESSAGE) }))
    // Mentions are looked for in whole messages: a footer often has them.
    const mentions = all.slice(-MOST_COMMITS)
    const stories = await carried(desk, workspace, storiesIn(mentions))
    return { relation, commits, issues: issuesIn(mentions), stories }
  } catch (error) {
    if (!(error instanceof HubError) || !FINAL.has(error.code)) throw error
    ctx.log.info({ reason: error.message, repository }, 'what a deployment brings could not be read')
    return null
  }
}

/** Mentioned stories that exist here. Of what was written in private only the reference is told. */
async function carried(desk: Desk, workspace: string, references: readonly string[]): Promise<StoryCarried[]> {
  const stories = desk.stories()
  if (!stories) return []
  const found: StoryCarried[] = []
  for (const asked of references) {
    try {
      const { reference, title, criteria, visibility } = await stories.get(workspace, asked)
      const isPrivate = visibility === 'private'
      found.push({
        reference,
        title: isPrivate ? 'private' : title,
        criteria: isPrivate ? criteria.map(({ id }) => ({ id, title: id })) : criteria,
      })
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'NOT_FOUND') throw error
    }
  }
  return found
}
