import { el } from '../../../adapters/console/page/dom.js'

/** The modal of a platform, open until it was sent or left. */
export function openForm({ title, submit, fields, words }, platform, send) {
  const control = (field) => {
    const id = `field-${field.name}`
    const shared = {
      id,
      name: field.name,
      required: field.required && field.kind !== 'check',
      'aria-describedby': `${id}-note`,
    }
    switch (field.kind) {
      case 'area':
        return el('textarea', { ...shared, rows: 4 }, String(field.value))
      case 'select':
        return el(
          'select',
          shared,
          field.required ? null : el('option', { value: '' }, '–'),
          field.options.map((option) =>
            el('option', { value: option.value, selected: option.value === field.value }, option.label),
          ),
        )
      case 'check':
        return el('input', { ...shared, type: 'checkbox', value: field.options[0]?.value ?? 'true' })
      default:
        return el('input', { ...shared, type: field.kind, value: field.value })
    }
  }
  const problem = el('p', { class: 'problem', role: 'alert' })
  const dialog = el(
    'dialog',
    { class: `form ${platform}`, 'aria-label': title, onclose: () => dialog.remove() },
    el(
      'form',
      { method: 'dialog', novalidate: true, onsubmit: submitted },
      el(
        'header',
        {},
        el('h2', {}, title),
        el('button', { type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => dialog.close() }, '×'),
      ),
      words.flat(),
      fields.map((field) =>
        el(
          'div',
          { class: `field ${field.kind}` },
          el(
            'label',
            { for: `field-${field.name}` },
            field.label,
            field.required ? '' : el('span', { class: 'small' }, ' optional'),
          ),
          control(field),
          el('p', { class: 'small', id: `field-${field.name}-note`, 'data-field': field.name }, field.hint),
        ),
      ),
      problem,
      el(
        'footer',
        {},
        el('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancel'),
        el('button', { class: 'button primary' }, submit),
      ),
    ),
  )
  async function submitted(event) {
    event.preventDefault()
    const values = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== ''))
    const answer = await send(values)
    for (const [name, message] of Object.entries(answer.fields ?? {})) {
      const note = dialog.querySelector(`[data-field="${CSS.escape(name)}"]`)
      if (note) Object.assign(note, { textContent: message, className: 'problem' })
    }
    problem.textContent = answer.error ?? ''
    if (!answer.fields && !answer.error) dialog.close()
  }
  document.body.append(dialog)
  dialog.showModal()
  dialog.querySelector('textarea, input, select')?.focus()
}
