import { createHash } from 'node:crypto'
import type { CommandCall, Receipt } from '#contract'
import { createMentionWords } from '../shared/mentions.ts'
import { escapeText } from './mrkdwn.ts'
import { isPrivateByName, placeOf } from './place.ts'
import { decodeText } from './text.ts'

/** A slash command of any name: the name is the first word. https://docs.slack.dev/interactivity/implementing-slash-commands */
export function parseSlash(form: URLSearchParams, raw: Uint8Array, apiUrl: string, nowMs: number): CommandCall | null {
  const field = (name: string) => form.get(name) || undefined
  const team = field('team_id') ?? field('enterprise_id')
  const channel = field('channel_id')
  const user = field('user_id')
  const word = field('command')?.replace(/^\/+/, '')
  if (!team || !channel || !user || !word) return null
  const visibility = isPrivateByName(channel, field('channel_name')) ? 'private' : 'team'
  const place = placeOf({ team, channel, visibility, user, responseUrl: field('response_url') }, apiUrl, nowMs)
  const name = field('user_name')
  const words = createMentionWords()
  return {
    workspace: place.workspace,
    deliveryId: deliveryIdOf(field('trigger_id'), raw),
    actor: { plugin: 'slack', id: user },
    ...(name === undefined ? {} : { actorName: name }),
    place,
    input: `${word} ${decodeText(form.get('text') ?? '', words)}`.trim(),
    ...words.given(),
  }
}
/** Slack sends no id with commands and clicks but the trigger, which is new for each. */
function deliveryIdOf(triggerId: string | undefined, raw: Uint8Array): string {
  return triggerId ? `trigger:${triggerId}` : `body:${createHash('sha256').update(raw).digest('hex')}`
}
/** What will happen, for the person who asked alone. Null: acknowledge silently. */
export function acknowledgement(receipt: Receipt): Whisper | null {
  if (receipt.announce === null) return null
  const { response_type, text } = whisper(receipt.announce)
  return { response_type, text: `${text} · job \`${receipt.id.slice(-6)}\`` }
}
/** The body of an answer that only the asker sees. */
export function whisper(text: string): Whisper {
  return { response_type: 'ephemeral', text: escapeText(text) }
}
interface Whisper {
  readonly response_type: 'ephemeral'
  readonly text: string
}
