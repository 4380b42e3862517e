import { el, externalLink, webAddress } from '../../../adapters/console/page/dom.js'
import { plainText } from './text.js'

const CARD = 'application/vnd.microsoft.card.adaptive'

/** Adaptive Cards 1.5: https://adaptivecards.io/explorer */
export function renderTeams(activity, press) {
  const card = (activity.attachments ?? []).find((one) => one.contentType === CARD)?.content
  if (!card) return plainText(activity.text ?? '')
  return [el('div', { class: 'card' }, renderCard(card, press))]
}
function renderCard(card, press, count = { buttons: 0 }) {
  const action = (one) => {
    const index = count.buttons++
    if (one.type === 'Action.ShowCard')
      return el(
        'details',
        { class: 'unfold' },
        el('summary', { class: `button ${one.style ?? ''}` }, one.title),
        renderCard(one.card, press, count),
      )
    const address = one.type === 'Action.OpenUrl' ? webAddress(one.url) : null
    if (address) return externalLink(address, { class: 'button' }, one.title)
    return el(
      'button',
      { class: `button ${one.style ?? ''}`, onclick: (e) => press(index, one.title, e.target) },
      one.title,
    )
  }
  const styled = (one, more = '') =>
    [
      more,
      one.weight === 'Bolder' ? 'bold' : '',
      one.size ? `size-${one.size.toLowerCase()}` : '',
      one.isSubtle ? 'small' : '',
      one.fontType === 'Monospace' ? 'mono' : '',
      one.color ? `color-${one.color.toLowerCase()}` : '',
      one.highlight ? 'highlight' : '',
    ]
      .filter(Boolean)
      .join(' ')
  const run = (one) => {
    if (typeof one === 'string') return one
    const address = webAddress(one.selectAction?.url ?? '')
    const node = el(one.italic ? 'em' : one.strikethrough ? 's' : 'span', { class: styled(one) }, one.text)
    return address ? externalLink(address, {}, node) : node
  }
  const element = (one) => {
    switch (one.type) {
      case 'TextBlock':
        return el('p', { class: styled(one, 'line') }, one.text)
      case 'RichTextBlock':
        return el('p', { class: 'line' }, one.inlines.map(run))
      case 'FactSet':
        return el(
          'dl',
          { class: 'facts' },
          one.facts.flatMap((fact) => [el('dt', {}, fact.title), el('dd', {}, fact.value)]),
        )
      case 'Container':
        return el('div', { class: `container ${one.style ?? ''}` }, (one.items ?? []).map(element))
      case 'ColumnSet':
        return el(
          'div',
          { class: 'fields' },
          one.columns.map((column) => el('div', {}, (column.items ?? []).map(element))),
        )
      case 'Table':
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
                row.cells.map((cell) =>
                  el(i === 0 && one.firstRowAsHeader !== false ? 'th' : 'td', {}, (cell.items ?? []).map(element)),
                ),
              ),
            ),
          ),
        )
      case 'ActionSet':
        return el('div', { class: 'actions' }, one.actions.map(action))
      default:
        return el('p', { class: 'unknown' }, `Teams shows no element of type "${one.type}" here`)
    }
  }
  return [
    ...card.body.map(element),
    card.actions?.length ? el('div', { class: 'actions' }, card.actions.map(action)) : null,
  ]
}
export function teamsForm({ title, card }) {
  const isInput = (one) => one?.type.startsWith('Input.')
  const inputs = card.body.filter(isInput)
  // A description stands above its input.
  const wordsOf = (one) =>
    one?.type === 'RichTextBlock' ? one.inlines.map((part) => part.text ?? part).join('') : (one?.text ?? '')
  return {
    title: title ?? '',
    submit: card.actions?.[0]?.title ?? 'Send',
    fields: inputs.map((one) => ({
      name: one.id.replace(/^arg\./, ''),
      label: one.label ?? one.title ?? one.id,
      hint: wordsOf(card.body[card.body.indexOf(one) - 1]),
      required: one.isRequired === true,
      kind:
        one.type === 'Input.Text'
          ? one.isMultiline
            ? 'area'
            : 'text'
          : one.type === 'Input.ChoiceSet'
            ? 'select'
            : one.type === 'Input.Number'
              ? 'number'
              : 'check',
      value: one.value ?? '',
      options:
        one.type === 'Input.Toggle'
          ? [{ value: one.valueOn ?? 'true', label: one.title }]
          : (one.choices ?? []).map((c) => ({ value: c.value, label: c.title })),
    })),
    words: card.body
      .filter((one, at) => !isInput(one) && !isInput(card.body[at + 1]))
      .map((one) => [el('p', {}, wordsOf(one))]),
  }
}
