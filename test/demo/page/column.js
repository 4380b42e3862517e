import { announce, el } from '../../../adapters/console/page/dom.js'
import { discordForm, renderDiscord } from './discord.js'
import { openForm } from './form.js'
import { renderSlack, slackForm } from './slack.js'
import { renderTeams, teamsForm } from './teams.js'

const RENDER = { slack: renderSlack, discord: renderDiscord, teams: renderTeams }
const FORM = { slack: slackForm, discord: discordForm, teams: teamsForm }
const SWITCHES = {
  limited: ['429', 'Every other send is told to wait 2 s'],
  slow: ['Slow', 'Answers take 1.5 s'],
  duplicate: ['Twice', 'Each request is delivered two times at once'],
  dropped: ['Dropped', 'The connection is cut after every other message was stored'],
}
/** A notice goes by itself, what went wrong stays. */
const TOAST_MS = 6_000
const PEOPLE = { ann: 'Ann', bob: 'Bob' }
/** The hour as the reader's clock shows it; all of it, with its zone, where they point. */
function time(atMs) {
  const at = new Date(atMs)
  return el(
    'time',
    { datetime: at.toISOString(), title: at.toLocaleString([], { dateStyle: 'full', timeStyle: 'long' }) },
    at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
  )
}

/** One platform: conversation, composer, switches and wire log. `show` takes a new state. */
export function createColumn(name, who) {
  let thread = null
  const nodes = new Map()
  const act = async (action) => {
    const answer = await fetch(`/do/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ who: who(), ...action }),
    })
    const reaction = await answer.json()
    say(reaction.error ?? reaction.notice ?? '', reaction.error !== undefined)
    if (reaction.form)
      openForm(FORM[name](reaction.form.body), name, (values) => act({ do: 'submit', form: reaction.form.id, values }))
    return reaction
  }
  const toast = el('p', { class: 'toast', role: 'status' })
  let leaving
  const say = (text, isBad) => {
    clearTimeout(leaving)
    if (text !== '' && !isBad) leaving = setTimeout(() => say('', false), TOAST_MS)
    toast.textContent = text
    toast.classList.toggle('bad', isBad)
    toast.hidden = text === ''
  }
  say('', false)
  const list = el('div', { class: 'messages', role: 'log', 'aria-label': `${name} messages`, tabindex: 0 })
  const refusals = el('div', { class: 'refusals' })
  const input = el('textarea', {
    rows: 1,
    placeholder: '/story As a shopper …',
    'aria-label': `Message in ${name}`,
    onkeydown: typed,
  })
  const target = el('p', { class: 'target', hidden: true })
  const tries = el('p', { class: 'tries' })
  const composer = el(
    'form',
    { class: 'composer', onsubmit: send },
    target,
    tries,
    input,
    el('button', { class: 'button primary' }, 'Send'),
  )
  const switches = el('div', { class: 'switches', role: 'group', 'aria-label': 'Make it go wrong' })
  const switching = new Set()
  for (const [key, [label, title]] of Object.entries(SWITCHES))
    switches.append(
      el(
        'label',
        { title },
        el('input', {
          type: 'checkbox',
          name: key,
          onchange: async ({ target }) => {
            // What the hub's side last knew must not turn it back while it is being told.
            switching.add(key)
            await act({ do: 'switch', name: key, on: target.checked }).finally(() => switching.delete(key))
          },
        }),
        label,
      ),
    )
  const wire = el('ol')
  const count = el('span', { class: 'small' })
  const log = el('details', { class: 'wire' }, el('summary', {}, 'Wire ', count), wire)
  const title = el('h2', {})
  const hint = el('span', { class: 'small' })
  const column = el(
    'section',
    { class: `column ${name}`, id: `column-${name}`, 'aria-label': name },
    el('header', {}, title, hint, switches),
    list,
    refusals,
    toast,
    composer,
    log,
  )

  function typed(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      composer.requestSubmit()
    }
    if (event.key === 'Escape') reply(null)
  }
  async function send(event) {
    event.preventDefault()
    const text = input.value.trim()
    if (text === '') return
    input.value = ''
    const reaction = await act({ do: 'say', text, thread })
    if (reaction.error && input.value === '') input.value = text
    input.focus()
  }
  function fill(line) {
    input.value = line
    input.focus()
  }
  function reply(item) {
    thread = item
    target.hidden = item === null
    target.replaceChildren(
      'In the thread ',
      el('button', { type: 'button', class: 'link', onclick: () => reply(null) }, 'leave it'),
    )
    if (item !== null) input.focus()
  }
  const press = (item) => async (button, label, node) => {
    node.disabled = true
    announce(`${label} pressed`)
    await act({ do: 'press', item: item.id, button })
    node.disabled = false
  }
  const content = (item) => {
    if (item.loading) return [el('p', { class: 'loading' }, 'hub is thinking …')]
    if (item.who !== 'hub') return item.text.split('\n').map((line) => el('p', {}, line))
    try {
      return RENDER[name](item.body, press(item))
    } catch (error) {
      return [
        el('p', { class: 'problem' }, `This body cannot be shown: ${error.message}`),
        el('pre', {}, JSON.stringify(item.body, null, 2)),
      ]
    }
  }
  const message = (item, isRoot) =>
    el(
      'article',
      { class: `message ${item.who}${item.only ? ' only' : ''}${item.thread ? ' reply' : ''}`, 'data-id': item.id },
      el('span', { class: 'face', 'aria-hidden': 'true' }, item.who[0]),
      el(
        'div',
        { class: 'body' },
        el(
          'p',
          { class: 'by' },
          el('strong', {}, PEOPLE[item.who] ?? 'hub'),
          item.who === 'hub' ? el('span', { class: 'app' }, 'APP') : null,
          time(item.atMs),
          item.edited ? el('span', { class: 'edited' }, 'edited') : null,
        ),
        item.only ? el('p', { class: 'private' }, item.only) : null,
        content(item),
        item.files.map((file) =>
          el('details', { class: 'file' }, el('summary', {}, file.name), el('pre', {}, file.text)),
        ),
        isRoot && item.only === null && name !== 'discord'
          ? el('button', { class: 'link reply-to', onclick: () => reply(item.id) }, 'Reply in thread')
          : null,
      ),
    )
  /** Whoever reads the newest stays with it, also when the window changes or another column was shown. */
  let atEnd = true
  let size = ''
  const sizeNow = () => `${list.clientWidth} ${list.clientHeight}`
  list.addEventListener('scroll', () => {
    // What a change of size moves, nobody has scrolled.
    if (sizeNow() === size) atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80
  })
  const stay = () => {
    if (atEnd) list.scrollTop = list.scrollHeight
  }
  new ResizeObserver(() => {
    size = sizeNow()
    stay()
  }).observe(list)
  const update = (items) => {
    const seen = new Set(items.map((item) => item.id))
    const roots = items.filter((item) => item.thread === null || !seen.has(item.thread))
    const ordered = roots.flatMap((root) => [root, ...items.filter((item) => item !== root && item.thread === root.id)])
    const wanted = ordered.map((item) => {
      const key = JSON.stringify(item)
      const known = nodes.get(item.id)
      if (known?.key === key) return known.node
      const node = message(item, roots.includes(item))
      nodes.set(item.id, { key, node })
      return node
    })
    for (const [i, node] of wanted.entries())
      if (list.children[i] !== node) list.insertBefore(node, list.children[i] ?? null)
    while (list.children.length > wanted.length) list.lastChild.remove()
    stay()
  }
  return {
    column,
    /** Lines to begin with. */
    offer(lines) {
      tries.replaceChildren(
        'Try ',
        ...Object.entries(lines).map(([label, line]) =>
          el('button', { type: 'button', class: 'link', title: line, onclick: () => fill(line) }, label),
        ),
      )
    },
    show(state) {
      title.textContent = state.title
      hint.textContent = state.hint
      for (const box of switches.querySelectorAll('input'))
        if (!switching.has(box.name)) box.checked = state.switches.includes(box.name)
      if (state.items.length === 0)
        list.replaceChildren(
          el(
            'p',
            { class: 'empty' },
            'Try ',
            el('code', {}, '/story As a shopper I want to pay with a saved card'),
            ' or ',
            el('code', {}, '/hub help'),
            '.',
          ),
        )
      else {
        list.querySelector('.empty')?.remove()
        update(state.items)
      }
      refusals.replaceChildren(
        ...[...new Set(state.refusals)].slice(-3).map((text) => el('p', { class: 'problem' }, text)),
      )
      count.textContent = String(state.wire.length)
      const open = new Set([...wire.querySelectorAll('details[open]')].map((one) => one.dataset.key))
      wire.replaceChildren(
        ...state.wire.map((line) => {
          const key = `${line.atMs} ${line.what} ${line.outcome}`
          return el(
            'li',
            { class: line.isBad ? 'bad' : '' },
            el(
              'details',
              { 'data-key': key, open: open.has(key) },
              el(
                'summary',
                {},
                el('span', {}, line.from === 'hub' ? '← ' : '→ ', line.what),
                el('em', {}, line.outcome),
              ),
              el('pre', {}, line.body),
            ),
          )
        }),
      )
    },
  }
}
