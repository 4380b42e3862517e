import { Refusal } from './api.js'
import { byId, el } from './dom.js'

/** Asks before a button runs; resolves true when the person agrees. The <dialog> keeps the keyboard inside and Escape says no. */
export function askConfirm(action) {
  const dialog = byId('confirm')
  byId('confirm-question').textContent = action.confirm
  const yes = byId('confirm-yes')
  yes.textContent = action.label
  yes.className = action.style === 'danger' ? 'danger' : 'primary'
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}

function control(field, id) {
  const common = {
    id,
    name: field.name,
    dir: 'auto',
    autocomplete: 'off',
    'aria-describedby': `${id}-help ${id}-error`,
    'aria-required': field.required ? 'true' : null,
    maxlength: field.maxLength,
  }
  if (field.kind === 'choice') {
    const choices = field.required ? field.choices : ['', ...field.choices]
    return el(
      'select',
      common,
      choices.map((choice) => el('option', { value: choice }, choice || 'none')),
    )
  }
  if (field.kind === 'boolean') return el('input', { ...common, type: 'checkbox', value: 'true', dir: null })
  if (field.multiline) return el('textarea', { ...common, rows: 5 })
  return el('input', { ...common, type: 'text', inputmode: field.kind === 'number' ? 'decimal' : null })
}
function fieldRow(field) {
  const id = `field-${field.name}`
  const input = control(field, id)
  const label = el(
    'label',
    { for: id },
    field.label,
    field.required ? null : el('span', { class: 'optional' }, ' optional'),
  )
  const help = el('p', { class: 'help', id: `${id}-help` }, field.description)
  const error = el('p', { class: 'error', id: `${id}-error` })
  const parts =
    field.kind === 'boolean' ? [el('div', { class: 'check' }, input, label), help, error] : [label, help, input, error]
  return { field, input, error, node: el('div', { class: 'field' }, parts) }
}
const typedValue = ({ field, input }) => (field.kind === 'boolean' ? (input.checked ? 'true' : '') : input.value)

/** Shows what is wrong beside each field, and the rest above the buttons; the first wrong field gets the keyboard. */
function showErrors(rows, errors) {
  const rest = []
  for (const row of rows) {
    row.error.textContent = ''
    row.input.removeAttribute('aria-invalid')
  }
  for (const { field, message } of errors) {
    const row = rows.find((one) => one.field.name === field)
    if (!row) rest.push(message)
    else {
      row.error.textContent = message
      row.input.setAttribute('aria-invalid', 'true')
    }
  }
  byId('form-error').textContent = rest.join(' ')
  rows.find((row) => row.input.hasAttribute('aria-invalid'))?.input.focus()
}

/**
 * A command's form. `submit(input, clientId)` sends it and throws a Refusal whose errors are shown; the dialog closes when it was taken.
 * The same values sent again keep their id: the first try may have arrived.
 */
export function askForm(form, submit) {
  const dialog = byId('form')
  const rows = form.fields.filter((field) => field.value === undefined).map(fieldRow)
  const given = Object.fromEntries(
    form.fields.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  )
  byId('form-title').textContent = form.title
  byId('form-fields').replaceChildren(...rows.map((row) => row.node))
  byId('form-error').textContent = ''
  const go = byId('form-submit')
  go.textContent = form.submit
  go.disabled = false
  const element = byId('form-element')
  let last = { text: '', clientId: '' }
  element.onsubmit = async (event) => {
    event.preventDefault()
    if (go.disabled) return
    go.disabled = true
    const filled = rows.map((row) => [row.field.name, typedValue(row)]).filter(([, value]) => value.trim() !== '')
    const input = { command: form.command, values: { ...given, ...Object.fromEntries(filled) } }
    const text = JSON.stringify(input)
    if (text !== last.text) last = { text, clientId: crypto.randomUUID() }
    try {
      await submit(input, last.clientId)
      dialog.close()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      showErrors(rows, error.errors.length > 0 ? error.errors : [{ field: null, message: error.message }])
    } finally {
      go.disabled = false
    }
  }
  dialog.showModal()
  rows[0]?.input.focus()
}

for (const button of document.querySelectorAll('dialog [data-close]')) {
  button.addEventListener('click', () => button.closest('dialog').close())
}
