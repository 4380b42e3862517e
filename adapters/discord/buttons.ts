import { createHash } from 'node:crypto'
import type { Action, KeyValue, Mentions } from '#contract'
import { clean } from '../shared/text.ts'
import { SIZES } from './limits.ts'

/** How long a button works whose command did not fit into its id. */
const KEPT_MS = 90 * 24 * 60 * 60_000

/** What a button does. */
export interface Press {
  readonly kind: 'button' | 'form'
  readonly run: string
  readonly label?: string
  /** Asked before it runs. */
  readonly confirm?: string
  /** What was already typed into the form, by field. */
  readonly typed?: Readonly<Record<string, string>>
  /** Whom that mentions. */
  readonly mentions?: Mentions
  /** The message whose form it is, where the button that opens it stands on another. */
  readonly on?: string
}
/** Ids of buttons and forms, at most 100 characters: a letter, a number that makes it unique in its message, and the command or its key. */
const ID = /^([rfk])\d{0,3}:(.+)$/s
const CONFIRMED = /^c:([0-9a-f]{24}):(\d{0,20})$/

export function idOfAction(
  action: Exclude<Action, { kind: 'link' }>,
  nth: number,
): { id: string; keep: readonly [string, Press] | null } {
  const run = clean(action.run).trim()
  const letter = action.kind === 'form' ? 'f' : 'r'
  const inline = `${letter}${nth}:${run}`
  const confirm = action.kind === 'button' ? action.confirm : undefined
  if (confirm === undefined && inline.length <= SIZES.customId) return { id: inline, keep: null }
  const press: Press = { kind: action.kind, run, label: action.label, ...(confirm === undefined ? {} : { confirm }) }
  const key = keyOf(press)
  return { id: `k${nth}:${key}`, keep: [key, press] }
}
/** The id of a form: it carries the saved command, or the key under which that and what was typed are kept. */
export async function idOfForm(press: Press, kv: KeyValue): Promise<string> {
  const inline = `f:${press.run}`
  if (press.typed === undefined && inline.length <= SIZES.customId) return inline
  return `k:${await keep(press, kv)}`
}
export async function keep(press: Press, kv: KeyValue): Promise<string> {
  const key = keyOf(press)
  await kv.set(`press:${key}`, press, KEPT_MS)
  return key
}
export function confirmedId(key: string, on: string | undefined): string {
  return `c:${key}:${on ?? ''}`
}
export const CANCEL_ID = 'x'

export type Pressed =
  | { readonly kind: 'press'; readonly press: Press; readonly key: string | null }
  /** The question of a button was answered; `on` is the message of that button. */
  | { readonly kind: 'confirmed'; readonly press: Press; readonly on: string | null }
  | { readonly kind: 'cancelled' }
  /** Not ours, or kept no longer. */
  | { readonly kind: 'unknown' }

/** Whoever is allowed to run the command decides about it: the id itself proves nothing. */
export async function readPress(customId: string, kv: KeyValue): Promise<Pressed> {
  if (customId === CANCEL_ID) return { kind: 'cancelled' }
  const confirmed = CONFIRMED.exec(customId)
  if (confirmed) {
    const press = await kept(confirmed[1] ?? '', kv)
    return press ? { kind: 'confirmed', press, on: confirmed[2] || null } : { kind: 'unknown' }
  }
  const [, letter, rest = ''] = ID.exec(customId) ?? []
  if (letter === 'r' || letter === 'f') {
    return { kind: 'press', press: { kind: letter === 'f' ? 'form' : 'button', run: rest }, key: null }
  }
  const press = letter === 'k' ? await kept(rest, kv) : null
  return press ? { kind: 'press', press, key: rest } : { kind: 'unknown' }
}
async function kept(key: string, kv: KeyValue): Promise<Press | null> {
  const value = await kv.get(`press:${key}`)
  return typeof value === 'object' && value !== null && 'run' in value ? (value as Press) : null
}
function keyOf(press: Press): string {
  return createHash('sha256').update(JSON.stringify(press)).digest('hex').slice(0, 24)
}
