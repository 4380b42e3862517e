import { el, externalLink, webAddress } from '../../../adapters/console/page/dom.js'
import { mrkdwn, plainText } from './text.js'

const text = (value) => (value?.type === 'mrkdwn' ? mrkdwn(value.text) : plainText(value?.text ?? ''))

/** Block Kit as Slack lays it out: https://docs.slack.dev/reference/block-kit/blocks */
export function renderSlack(body, press) {
  let buttons = 0
  if (!body.blocks?.length) return mrkdwn(body.text ?? '')
  const element = (one) => {
    const index = buttons++
    if (one.type !== 'button') return el('span', { class: 'unknown' }, one.type)
    const address = one.url ? webAddress(one.url) : null
    if (address) return externalLink(address, { class: 'button' }, one.text.text)
    return el(
      'button',
      { class: `button ${one.style ?? ''}`, onclick: (e) => press(index, one.text.text, e.target) },
      one.text.text,
    )
  }
  const block = (one) => {
    switch (one.type) {
      case 'header':
        return el('h3', {}, one.text.text)
      case 'section':
        return el(
          'div',
          { class: 'section' },
          one.text ? text(one.text) : [],
          one.fields
            ? el(
                'div',
                { class: 'fields' },
                one.fields.map((field) => el('div', {}, text(field))),
              )
            : null,
        )
      case 'context':
        return el(
          'div',
          { class: 'small' },
          one.elements.map((part) => el('span', {}, text(part))),
        )
      case 'divider':
        return el('hr')
      case 'actions':
        return el('div', { class: 'actions' }, one.elements.map(element))
      case 'table':
        return el(
          'div',
          { class: 'scroll' },
          el(
            'table',
            {},
            one.rows.map((row, i) =>
              el(
                'tr',
                {},
                row.map((cell) => el(i === 0 ? 'th' : 'td', {}, cell.text ?? '')),
              ),
            ),
          ),
        )
      case 'rich_text':
        return el(
          'pre',
          {},
          one.elements.map((part) => (part.elements ?? []).map((run) => run.text ?? run.url ?? '').join('')).join('\n'),
        )
      default:
        return el('p', { class: 'unknown' }, `Slack shows no block of type "${one.type}" here`)
    }
  }
  return body.blocks.map(block)
}
/** Fields of a modal; the names are those that come back. */
export function slackForm({ title, submit, blocks = [] }) {
  return {
    title: title?.text ?? '',
    submit: submit?.text ?? 'Submit',
    fields: blocks
      .filter((block) => block.type === 'input')
      .map(({ block_id, label, hint, optional, element }) => ({
        name: block_id,
        label: label.text,
        hint: hint?.text ?? '',
        required: optional !== true,
        kind:
          element.type === 'plain_text_input' && element.multiline
            ? 'area'
            : element.type === 'checkboxes'
              ? 'check'
              : element.type === 'static_select'
                ? 'select'
                : element.type === 'number_input'
                  ? 'number'
                  : 'text',
        value: element.initial_value ?? element.initial_option?.value ?? '',
        options: (element.options ?? []).map((option) => ({ value: option.value, label: option.text.text })),
      })),
    words: blocks.filter((block) => block.type === 'section').map((block) => text(block.text)),
  }
}
