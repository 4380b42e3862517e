import { byId, el } from '../../../adapters/console/page/dom.js'
import { createColumn } from './column.js'

const NAMES = ['slack', 'discord', 'teams']
const PEOPLE = { ann: 'Ann', bob: 'Bob' }
const TROUBLES = {
  errors: ['Error rate', 'Prometheus says that 18 % of the requests in production fail'],
  red: ['Red tests', 'test.yml fails on GitHub Actions'],
}
let who = 'ann'
const columns = new Map(NAMES.map((name) => [name, createColumn(name, () => who)]))
byId('who').append(
  'Speak as',
  ...Object.entries(PEOPLE).map(([key, name]) =>
    el(
      'label',
      {},
      el('input', { type: 'radio', name: 'who', value: key, checked: key === who, onchange: () => (who = key) }),
      name,
    ),
  ),
)
const tabs = NAMES.map((name) =>
  el(
    'button',
    { role: 'tab', id: `tab-${name}`, 'aria-controls': `column-${name}`, onclick: () => select(name), onkeydown: step },
    `${name[0].toUpperCase()}${name.slice(1)}`,
  ),
)
/** On a narrow screen one column shows at a time. */
function select(name) {
  for (const [i, one] of NAMES.entries()) {
    tabs[i].setAttribute('aria-selected', String(one === name))
    tabs[i].tabIndex = one === name ? 0 : -1
    columns.get(one).column.classList.toggle('selected', one === name)
  }
}
function step(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  if (!by) return
  const at = (tabs.indexOf(event.target) + by + NAMES.length) % NAMES.length
  select(NAMES[at])
  tabs[at].focus()
}
byId('tabs').append(...tabs)
byId('columns').append(...NAMES.map((name) => columns.get(name).column))
select(NAMES[0])
const live = (state, text) => {
  const mark = byId('connection')
  mark.dataset.state = state
  mark.textContent = text
}
const events = new EventSource('/events')
events.addEventListener('open', () => live('live', 'live'))
events.addEventListener('error', () => live('off', 'The demo has ended: start it again with npm run demo'))
events.addEventListener('desk', ({ data }) => {
  const state = JSON.parse(data)
  columns.get(state.name)?.show(state)
})
const { consoleUrl, tries, troubles } = await (await fetch('/about')).json()
byId('console').href = consoleUrl
for (const column of columns.values()) column.offer(tries)
byId('troubles').append(
  ...Object.entries(TROUBLES).map(([name, [label, title]]) =>
    el(
      'label',
      { title },
      el('input', {
        type: 'checkbox',
        name,
        checked: troubles.includes(name),
        onchange: ({ target }) =>
          fetch('/trouble', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ name, on: target.checked }),
          }),
      }),
      label,
    ),
  ),
)
