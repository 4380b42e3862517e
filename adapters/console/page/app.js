import { api, Refusal } from './api.js'
import { makeComposer } from './composer.js'
import { askConfirm, askForm } from './dialogs.js'
import { byId, el } from './dom.js'
import { openStream } from './stream.js'
import { makeThreadView } from './thread-view.js'

const EXAMPLES = 3
let commands = []
let current = null
let stream = null

const view = makeThreadView({
  press,
  retry: (row) => send(row.input, { clientId: row.key }).catch(() => undefined),
  isCommand: (text) => commands.some(({ name }) => `${text} `.replace(/\s/, ' ').startsWith(`${name.split(' ')[0]} `)),
})
const composer = makeComposer((text) => send(text.replace(/^\//, '')).catch(() => undefined))

/** Sends a line or a filled form. The line appears at once and is replaced by the row that the hub stored. */
async function send(input, { clientId = crypto.randomUUID(), on } = {}) {
  const thread = current
  const text = typeof input === 'string' ? input : null
  const local = (jobState, error = null) => ({
    side: 'typed',
    key: clientId,
    rev: 0,
    seq: Number.MAX_SAFE_INTEGER,
    message: { text },
    jobState,
    error,
    announce: null,
    attempts: 0,
    createdAt: new Date().toISOString(),
    input,
  })
  if (text !== null) {
    composer.remember(`/${text}`)
    view.put(local('sending'))
  }
  showEmpty()
  try {
    const { row } = await api.send({ thread, clientId, input, ...(on ? { on } : {}) })
    if (thread === current) view.put(row)
    showEmpty()
    await loadThreads()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.status === 401) lockedOut()
    if (text !== null && thread === current) view.put(local('refused', error.message))
    throw error
  }
}

/**
 * A button is a saved command; it rests while its command is on the way, so a double click is one press. It stays focusable: the keyboard
 * returns to it when a dialog closes.
 */
async function press(action, button, row) {
  if (button.getAttribute('aria-disabled') === 'true') return
  button.setAttribute('aria-disabled', 'true')
  try {
    if (action.kind === 'form') {
      const form = await api.form(action.run)
      askForm(form, (input, clientId) => send(input, { on: row.id, clientId }))
    } else if (!action.confirm || (await askConfirm(action))) {
      await send(action.run, { on: row.id })
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    showProblem(error.message)
  } finally {
    button.removeAttribute('aria-disabled')
  }
}

function showProblem(text) {
  byId('problem').textContent = text
  byId('problem').hidden = text === ''
}
function lockedOut() {
  stream?.close()
  showProblem(
    'This session has ended, most likely because the hub was restarted. Open the link it printed at its start.',
  )
  setState('off')
}
function setState(state) {
  const words = { live: 'Live', lost: 'Reconnecting', refused: 'Reconnecting', off: 'Signed out' }
  byId('connection').dataset.state = state
  byId('connection-words').textContent = words[state]
}
async function onState(state) {
  setState(state)
  if (state === 'live') showProblem('')
  if (state !== 'refused') return
  // The browser does not say why the stream was refused; a plain request does.
  await api.threads().catch((error) => error.status === 401 && lockedOut())
}

/** What to try first: the plainest command of each capability, help last, and nothing that reaches outside the hub. */
function examples() {
  const groups = Map.groupBy(
    commands.filter((command) => command.sideEffects !== 'outside'),
    ({ name }) => name.split(' ')[0],
  )
  const plainest = [...groups.values()].map((group) => group.toSorted((a, b) => a.name.length - b.name.length)[0])
  const help = commands.filter(({ name }) => name === 'hub help')
  const others = plainest.filter(({ name }) => !name.startsWith('hub'))
  const rest = commands.filter((command) => ![...others, ...help].includes(command) && command.sideEffects === 'none')
  return [...others.slice(0, EXAMPLES - help.length), ...help, ...rest].slice(0, EXAMPLES)
}
function showEmpty() {
  byId('empty').hidden = !view.isEmpty
  if (!view.isEmpty) return
  byId('examples').replaceChildren(
    ...examples().map((command) =>
      el('button', { type: 'button', onclick: () => send(command.examples[0]).catch(() => undefined) }, [
        el('code', { dir: 'auto' }, `/${command.examples[0]}`),
        el('span', {}, command.summary),
      ]),
    ),
  )
}

async function loadThreads() {
  const threads = await api.threads()
  byId('threads').replaceChildren(
    ...threads.map((thread) =>
      el(
        'li',
        {},
        el(
          'a',
          {
            href: `#${thread.id}`,
            'aria-current': thread.id === current ? 'page' : null,
            dir: 'auto',
            title: thread.title,
          },
          thread.title,
        ),
      ),
    ),
  )
  document.title = `${threads.find((thread) => thread.id === current)?.title ?? 'New thread'} · AutoDevHub`
}
function showDrawer(open) {
  document.body.classList.toggle('drawer', open)
  byId('menu').setAttribute('aria-expanded', String(open))
}

async function openThread() {
  const id = /^#[\w-]{1,64}$/.test(location.hash) ? location.hash.slice(1) : null
  if (id === null) return location.replace(`#${crypto.randomUUID()}`)
  stream?.close()
  current = id
  showDrawer(false)
  try {
    const [thread] = await Promise.all([api.thread(id), loadThreads()])
    if (current !== id) return
    view.replace(thread.rows)
    byId('earlier').hidden = !thread.more
    for (const row of thread.rows) if (row.side === 'typed') composer.remember(`/${row.message.text}`)
    showEmpty()
    stream = openStream(id, thread.rev, {
      onRow(row) {
        view.put(row)
        showEmpty()
      },
      onState,
    })
    composer.focus()
  } catch (error) {
    if (error.status === 401) lockedOut()
    else showProblem(error.message)
  }
}

byId('new').addEventListener('click', () => {
  location.hash = crypto.randomUUID()
})
byId('earlier').addEventListener('click', async () => {
  const thread = await api.thread(current, view.firstSeq)
  view.prepend(thread.rows)
  byId('earlier').hidden = !thread.more
})
byId('menu').addEventListener('click', () => showDrawer(!document.body.classList.contains('drawer')))
byId('shade').addEventListener('click', () => showDrawer(false))
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !document.body.classList.contains('drawer')) return
  showDrawer(false)
  byId('menu').focus()
})
window.addEventListener('hashchange', openThread)

commands = await api.commands().catch(() => [])
composer.setCommands(commands)
await openThread()
