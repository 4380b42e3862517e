import type { types } from '@slack/bolt'
import type { Action, Block } from '#contract'
import { shorten } from '../shared/cut.ts'
import { clean, safeUrl } from '../shared/text.ts'
import { SIZES } from './limits.ts'
import { escapeText } from './mrkdwn.ts'

/** Slack's own types, so that the compiler knows what a block may hold. */
export type SlackBlock = types.KnownBlock
type SlackButton = types.Button

/** `verbatim` keeps Slack from making links and mentions out of plain words. */
export function mrkdwn(text: string): types.MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true }
}
export function plain(text: string, maxLength: number): types.PlainTextElement {
  return { type: 'plain_text', text: shorten(clean(text).trim(), maxLength) || '…', emoji: false }
}
export function section(text: string): SlackBlock {
  return { type: 'section', text: mrkdwn(text) }
}

/** `at` makes each action_id of a message unique, as Slack demands. */
export function actionsBlock(items: readonly Action[], at: number): SlackBlock {
  const elements = items.map((action, i) => button(action, `${action.kind}:${at}:${i}`))
  return { type: 'actions', elements }
}
/** An address Slack refuses, or a command longer than a button can carry, is printed instead. */
export function isButton(action: Action): boolean {
  if (action.kind === 'link') return safeUrl(action.url) !== null
  return clean(action.run).length <= SIZES.buttonValue && action.run.trim() !== ''
}
export function printedAction(action: Action): Block {
  if (action.kind === 'link') return { kind: 'fields', items: [{ label: action.label, value: action.url }] }
  return { kind: 'fields', items: [{ label: action.label, value: `/${action.run}` }] }
}
function button(action: Action, id: string): SlackButton {
  const text = plain(action.label, SIZES.buttonText)
  if (action.kind === 'link') {
    return { type: 'button', action_id: id, text, url: safeUrl(action.url)?.href ?? action.url }
  }
  const built: SlackButton = { type: 'button', action_id: id, text, value: clean(action.run) }
  if (action.style) built.style = action.style
  if (action.kind === 'button' && action.confirm) {
    built.confirm = {
      title: plain(action.label, SIZES.confirmTitle),
      text: plain(action.confirm, SIZES.confirmText),
      confirm: plain(action.label, SIZES.confirmButton),
      deny: plain('Cancel', SIZES.confirmButton),
    }
    if (action.style) built.confirm.style = action.style
  }
  return built
}
export function tableBlock(head: readonly string[], rows: readonly (readonly string[])[]): SlackBlock {
  const cell = (text: string) => ({ type: 'raw_text' as const, text: clean(text).trim() || '–' })
  return { type: 'table', rows: [head, ...rows].map((row) => head.map((_, column) => cell(row[column] ?? ''))) }
}
export function progressText(label: string, done: number, total: number): string {
  const cells = 10
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0
  const full = Math.round(share * cells)
  return `${escapeText(label)}\n${'▰'.repeat(full)}${'▱'.repeat(cells - full)}  ${done} of ${total}`
}
