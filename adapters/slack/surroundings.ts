import type { Visibility } from '#contract'
import type { SlackClient } from './client.ts'
import { createConversations } from './conversations.ts'
import { isDirect, isPrivateByName, workspaceOf } from './place.ts'
import { homesOf } from './profile.ts'

/** Slack gives up after 3 s, and the command has to be stored in them too. */
const LOOK_MS = 1_500

/** Who did something, where, and through which installation of the app. */
export interface Deed {
  /** The workspace that the app acts for. */
  readonly team: string
  /** Its organisation, on an Enterprise Grid. */
  readonly enterprise: string | null
  readonly channel: string
  readonly channelName?: string | undefined
  readonly user: string
  /** Workspace or organisation of the person, where the payload names it. */
  readonly home: string | null
  /** Are people of other companies in the channel? null where the payload does not say. */
  readonly isShared: boolean | null
}
export interface Surroundings {
  readonly visibility: Visibility
  /** Somebody of another company, in a channel that it shares with the workspace: https://docs.slack.dev/apis/slack-connect */
  readonly isForeign: boolean
}

/**
 * What a payload leaves open about its place and its person, Slack is asked, for a moment. What stays open even so counts as private, and somebody
 * who may be of another company as foreign.
 */
export function createSurroundings(
  client: Pick<SlackClient, 'call'>,
  now: () => number,
  lookMs = LOOK_MS,
): (deed: Deed) => Promise<Surroundings> {
  const conversations = createConversations(client, lookMs, now)
  /** Needs users:read, which is asked for where addresses link accounts. */
  const isOurs = async ({ team, enterprise, user }: Deed): Promise<boolean> => {
    try {
      const options = { workspace: workspaceOf(team), writes: false, signal: AbortSignal.timeout(lookMs) }
      const answer = await client.call('users.info', { user }, options)
      return homesOf(answer.user).some((home) => home === team || home === enterprise)
    } catch {
      return false
    }
  }
  const isForeign = async (deed: Deed, isShared: boolean | null): Promise<boolean> => {
    const doubt = doubtOf(deed, isShared)
    return doubt === 'ask' ? !(await isOurs(deed)) : doubt === 'foreign'
  }
  const look = async (deed: Deed): Promise<Surroundings> => {
    if (isDirect(deed.channel, deed.channelName) || deed.isShared === true)
      return { ...atOnce(deed), ...(await whose(deed)) }
    const isNamed = isPrivateByName(deed.channel, deed.channelName)
    if (isNamed && deed.isShared === false) return { visibility: 'private', ...(await whose(deed)) }
    const found = await conversations.look(workspaceOf(deed.team), deed.channel)
    const isPrivate = found === null || (isNamed && !found.isShared)
    const isShared = deed.isShared ?? found?.isShared ?? null
    return { visibility: isPrivate ? 'private' : found.visibility, isForeign: await isForeign(deed, isShared) }
  }
  const whose = async (deed: Deed) => ({ isForeign: await isForeign(deed, deed.isShared) })
  return async (deed) => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Surroundings>((resolve) => {
      timer = setTimeout(() => resolve(atOnce(deed)), lookMs)
    })
    try {
      return await Promise.race([look(deed), late])
    } finally {
      clearTimeout(timer)
    }
  }
}
/** As far as the payload itself goes. */
function atOnce(deed: Deed): Surroundings {
  const isPublic = deed.isShared === true && !isDirect(deed.channel, deed.channelName)
  return { visibility: isPublic ? 'public' : 'private', isForeign: doubtOf(deed, deed.isShared) !== 'ours' }
}
function doubtOf({ home, team, enterprise }: Deed, isShared: boolean | null): 'ours' | 'foreign' | 'ask' {
  if (home === null) return isShared === true ? 'ask' : 'ours'
  if (home === team || home === enterprise) return 'ours'
  // Of another workspace, which on an Enterprise Grid may be one of the same organisation.
  if (enterprise === null) return 'foreign'
  return isShared === false ? 'ours' : 'ask'
}
