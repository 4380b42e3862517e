import {
  type Context,
  type Deployments,
  HubError,
  type KeyValue,
  type Mail,
  type Place,
  type Profiles,
} from '#contract'
import type { DigestContent } from './content.ts'
import type { DigestStore } from './store.ts'

/** What commands and jobs work with; functions, because services exist only once every plugin is set up. */
export interface Desk {
  store(): DigestStore
  mail(): Mail | null
  profiles(): Profiles
  deployments(): Deployments | null
  read(workspace: string, fromMs: number, toMs: number): Promise<DigestContent>
  readonly kv: KeyValue
  now(): number
}
/** Somebody, or a channel, that can be sent a digest. */
export interface Target {
  readonly recipient: string
  /** In lower case; null for a channel. */
  readonly address: string | null
  readonly label: string
  readonly place: Place
  /** The platform has confirmed that the mailbox belongs to whoever asks; a channel needs no proof. */
  readonly isVerified: boolean
}

/** `to` as people type it: an address, 'here', or nothing for one's own mailbox where it is known, else the channel. */
export async function targetOf(desk: Desk, ctx: Context, to: string | undefined): Promise<Target> {
  if (to?.toLowerCase() === 'here') return hereOf(ctx)
  const mail = desk.mail()
  const own = mail === null ? undefined : (await desk.profiles().of(ctx.workspace, ctx.actor.account))?.email
  const address = to ?? own
  if (address === undefined) return hereOf(ctx)
  if (mail === null)
    throw new HubError(
      'CONFLICT',
      'Mail is not set up here: set SMTP_URL and MAIL_FROM, or subscribe this channel with --to here',
    )
  const place = mail.placeOf(address)
  const lower = place.channel.toLowerCase()
  return {
    recipient: `mail:${lower}`,
    address: lower,
    label: place.channel,
    place,
    isVerified: own !== undefined && own.toLowerCase() === lower,
  }
}
export function hereOf({ place }: Context): Target {
  if (place === null)
    throw new HubError('INPUT_INVALID', 'There is no channel here: name a mail address with --to, or ask in a channel')
  const { plugin, workspace, channel } = place
  return {
    recipient: `${plugin}|${workspace}|${channel}`,
    address: null,
    label: 'this channel',
    place: channelOf(place),
    isVerified: true,
  }
}
/** Without thread and reply handle: what comes later stands in the channel, and a handle lives for minutes. */
export function channelOf({ plugin, workspace, channel, visibility }: Place): Place {
  return { plugin, workspace, channel, visibility }
}
export const ownerOf = ({ actor }: Context): string => `${actor.account.plugin}:${actor.account.id}`

export function needDeployments(desk: Desk): Deployments {
  const found = desk.deployments()
  if (found) return found
  throw new HubError('CONFLICT', 'Nothing tells the hub of deployments: turn the deploy plugin on')
}
