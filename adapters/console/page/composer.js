import { byId, el } from './dom.js'

const MAX_SUGGESTIONS = 7
const MAX_HEIGHT_PX = 240

/** The line where commands are typed: Enter sends, Shift+Enter breaks the line, arrows walk suggestions and history. */
export function makeComposer(onSend) {
  const input = byId('composer-input')
  const list = byId('suggestions')
  const usage = byId('usage')
  let commands = []
  let matches = []
  let active = -1
  const history = []
  let browsing = -1
  let draft = ''

  const words = () =>
    input.value
      .replace(/^\s*\//, '')
      .trimStart()
      .toLowerCase()
  const isOpen = () => !list.hidden
  function close() {
    list.hidden = true
    active = -1
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }
  function highlight(index) {
    active = index
    for (const [i, option] of [...list.children].entries()) option.setAttribute('aria-selected', String(i === index))
    const option = list.children[index]
    option?.scrollIntoView({ block: 'nearest' })
    if (option) input.setAttribute('aria-activedescendant', option.id)
    else input.removeAttribute('aria-activedescendant')
  }
  function accept(index) {
    input.value = `/${matches[index].name} `
    refresh()
    input.focus()
  }
  function suggest() {
    const typed = words()
    const slash = /^\s*\//.test(input.value)
    matches =
      (typed === '' && !slash) || typed.includes('\n')
        ? []
        : commands.filter((c) => c.name.startsWith(typed) && c.name !== typed)
    matches = matches.slice(0, MAX_SUGGESTIONS)
    list.replaceChildren(
      ...matches.map((command, index) =>
        el(
          'div',
          {
            role: 'option',
            id: `suggestion-${index}`,
            'aria-selected': 'false',
            onmousedown: (event) => event.preventDefault(),
            onclick: () => accept(index),
          },
          [el('span', { class: 'name' }, `/${command.name}`), el('span', { class: 'summary' }, command.summary)],
        ),
      ),
    )
    if (matches.length === 0) return close()
    list.hidden = false
    active = -1
    input.setAttribute('aria-expanded', 'true')
    input.removeAttribute('aria-activedescendant')
  }
  /** The usage of the command being typed: the longest name wins, as it does in the hub. */
  function explain() {
    const typed = `${words().replace(/\s/g, ' ')} `
    const command = commands
      .filter((c) => typed.startsWith(`${c.name} `))
      .sort((a, b) => b.name.length - a.name.length)[0]
    usage.replaceChildren(
      ...(command ? [el('code', {}, `/${command.usage.replace(/^\//, '')}`), ` ${command.summary}`] : []),
    )
  }
  function grow() {
    input.style.height = 'auto'
    input.style.height = `${Math.min(input.scrollHeight + 2, MAX_HEIGHT_PX)}px`
  }
  function refresh() {
    suggest()
    explain()
    grow()
  }
  function set(text) {
    input.value = text
    close()
    explain()
    grow()
    input.setSelectionRange(text.length, text.length)
  }
  function recall(step) {
    const next = browsing === -1 ? (step < 0 ? history.length - 1 : -1) : browsing + step
    if (next < 0) return
    if (browsing === -1) draft = input.value
    browsing = next >= history.length ? -1 : next
    set(browsing === -1 ? draft : history[browsing])
  }
  function send() {
    const text = input.value.trim()
    if (text === '') return
    browsing = -1
    set('')
    onSend(text)
  }
  function onKey(event) {
    // Enter that ends an input method's composition is not ours.
    if (event.isComposing) return
    const caret = input.selectionStart
    const onFirstLine = !input.value.slice(0, caret).includes('\n')
    const onLastLine = !input.value.slice(caret).includes('\n')
    const down = event.key === 'ArrowDown'
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      if (isOpen() && active >= 0) accept(active)
      else send()
    } else if (event.key === 'Escape' && isOpen()) close()
    else if (event.key === 'Tab' && !event.shiftKey && isOpen()) {
      event.preventDefault()
      accept(Math.max(0, active))
    } else if ((down || event.key === 'ArrowUp') && isOpen()) {
      event.preventDefault()
      const count = matches.length
      highlight(down ? (active + 1) % count : (active <= 0 ? count : active) - 1)
    } else if (event.key === 'ArrowUp' && onFirstLine && (input.value === '' || browsing !== -1)) {
      event.preventDefault()
      recall(-1)
    } else if (down && onLastLine && browsing !== -1) {
      event.preventDefault()
      recall(1)
    }
  }
  input.addEventListener('keydown', onKey)
  input.addEventListener('input', () => {
    browsing = -1
    refresh()
  })
  input.addEventListener('blur', close)
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault()
    send()
  })
  return {
    setCommands(all) {
      commands = all
      explain()
    },
    remember(text) {
      if (history.at(-1) !== text) history.push(text)
    },
    focus: () => input.focus(),
  }
}
