import { el, externalLink, webAddress } from '../../../adapters/console/page/dom.js'
import { discordMarkdown } from './text.js'

const STYLES = { 1: 'primary', 3: 'success', 4: 'danger' }

/** Embeds and component rows: https://docs.discord.com/developers/resources/message */
export function renderDiscord(body, press) {
  let buttons = 0
  const component = (one) => {
    const index = buttons++
    if (one.type !== 2) return el('span', { class: 'unknown' }, `component ${one.type}`)
    const address = one.url ? webAddress(one.url) : null
    if (address) return externalLink(address, { class: 'button' }, one.label)
    return el(
      'button',
      {
        class: `button ${STYLES[one.style] ?? ''}`,
        disabled: one.disabled === true,
        onclick: (e) => press(index, one.label, e.target),
      },
      one.label,
    )
  }
  const embed = ({ title, description, fields = [], footer, color }) => {
    const node = el(
      'div',
      { class: 'embed' },
      title ? el('h3', {}, discordMarkdown(title)) : null,
      description ? discordMarkdown(description) : null,
      fields.length > 0
        ? el(
            'div',
            { class: 'fields' },
            fields.map((f) => el('div', {}, el('strong', {}, f.name), discordMarkdown(f.value))),
          )
        : null,
      footer ? el('p', { class: 'small' }, footer.text) : null,
    )
    if (typeof color === 'number') node.style.borderLeftColor = `#${color.toString(16).padStart(6, '0')}`
    return node
  }
  return [
    ...discordMarkdown(body.content ?? ''),
    ...(body.embeds ?? []).map(embed),
    ...(body.components ?? []).map((row) => el('div', { class: 'actions' }, (row.components ?? []).map(component))),
  ]
}
export function discordForm({ title, components = [] }) {
  return {
    title: title ?? '',
    submit: 'Submit',
    fields: components
      .filter((one) => one.type === 18)
      .map(({ label, description, component }) => ({
        name: component.custom_id,
        label,
        hint: description ?? '',
        required: component.required !== false,
        kind: component.type === 3 ? 'select' : component.style === 2 ? 'area' : 'text',
        value: component.value ?? component.options?.find((option) => option.default)?.value ?? '',
        options: component.options ?? [],
      })),
    words: components.filter((one) => one.type === 10).map((one) => discordMarkdown(one.content)),
  }
}
