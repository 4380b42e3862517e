import { createHash } from 'node:crypto'
import type { CommandCall, Receipt } from '#contract'
import { escapeText } from './mrkdwn.ts'
import { placeOf } from './place.ts'
import { decodeText } from './text.ts'

/** A slash command of any name: the name is the first word. https://docs.slack.dev/interactivity/implementing-slash-commands */
export function parseSlash(form: URLSearchParams, raw: Uint8Array, apiUrl: string, nowMs: number): CommandCall | null {
  const field = (name: string) => form.get(name) || undefined
  const team = field('team_id') ?? field('enterprise_id')
  const channel = field('channel_id')
  const user = field('user_id')
  const word = field('command')?.replace(/^\/+/, '')
  if (!team || !channel || !user || !word) return null
  const place = placeOf(
    { team, channel, channelName: field('channel_name'), user, responseUrl: field('response_url') },
    apiUrl,
    nowMs,
  )
  const name = field('user_name')
  return {
    workspace: place.workspace,
    deliveryId: deliveryIdOf(field('trigger_id'), raw),
    actor: { plugin: 'slack', id: user },
    ...(name === undefined ? {} : { actorName: name }),
    place,
    input: `${word} ${decodeText(form.get('text') ?? '')}`.trim(),
  }
}
/** Slack sends no id with commands and clicks but the trigger, which is new for each. */
export function deliveryIdOf(triggerId: string | undefined, raw: Uint8Array): string {
  return triggerId ? `trigger:${triggerId}` : `body:${createHash('sha256').update(raw).digest('hex')}`
}
/** What will happen, for the person who asked alone. Null: acknowledge silently. */
export function acknowledgement(receipt: Receipt): { response_type: 'ephemeral'; text: string } | null {
  if (receipt.announce === null) return null
  return { response_type: 'ephemeral', text: `${escapeText(receipt.announce)} · job \`${receipt.id.slice(-6)}\`` }
}
