const RESULTS = 8
const PLACES = 3

/** The search box: results as words are typed, chosen by mouse or arrow keys. Loaded from the index at the first use. */
export function openSearch(box, root) {
  const input = box.querySelector('input')
  const list = box.querySelector('#results')
  let engine
  let chosen = -1
  let asked = 0
  box.hidden = false

  const load = () => {
    engine ??= import(new URL('pagefind/pagefind.js', root).href).then(async (pagefind) => {
      await pagefind.options({ baseUrl: root.pathname, excerptLength: 24 })
      await pagefind.init()
      return pagefind
    })
    return engine
  }
  const options = () => [...list.querySelectorAll('a')]
  const show = (...nodes) => {
    list.replaceChildren(...nodes)
    list.hidden = nodes.length === 0
    input.setAttribute('aria-expanded', String(nodes.length > 0))
    chosen = -1
    input.removeAttribute('aria-activedescendant')
  }
  const choose = (next) => {
    const all = options()
    all[chosen]?.classList.remove('chosen')
    chosen = all.length === 0 ? -1 : (next + all.length) % all.length
    const one = all[chosen]
    if (!one) return
    one.classList.add('chosen')
    one.scrollIntoView({ block: 'nearest' })
    input.setAttribute('aria-activedescendant', one.id)
  }
  const search = async () => {
    const words = input.value.trim()
    asked += 1
    const mine = asked
    if (words === '') return show()
    try {
      const pagefind = await load()
      const found = await pagefind.debouncedSearch(words, {}, 120)
      if (found === null || mine !== asked) return
      const pages = await Promise.all(found.results.slice(0, RESULTS).map((one) => one.data()))
      if (mine !== asked) return
      if (pages.length === 0) return show(line('empty', `Nothing is found for “${words}”`))
      const count = found.results.length
      show(
        line(
          'count',
          count === 1 ? '1 document' : `${count} documents${count > RESULTS ? `, the best ${RESULTS}` : ''}`,
        ),
        ...pages.flatMap((page, index) => resultOf(page, index)),
      )
      choose(0)
    } catch (error) {
      show(line('empty', 'The search could not be loaded. Reload the page to try again.'))
      engine = undefined
      throw error
    }
  }
  input.addEventListener('focus', () => void load().catch(() => {}), { once: true })
  input.addEventListener('input', search)
  input.addEventListener('focus', () => {
    if (input.value.trim() !== '' && list.childElementCount > 0) list.hidden = false
  })
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') choose(chosen + 1)
    else if (event.key === 'ArrowUp') choose(chosen - 1)
    else if (event.key === 'Enter') options()[Math.max(chosen, 0)]?.click()
    else if (event.key === 'Escape') {
      list.hidden = true
      input.blur()
    } else return
    event.preventDefault()
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return
    event.preventDefault()
    input.focus()
    input.select()
  })
  document.addEventListener('pointerdown', (event) => {
    if (!box.contains(event.target)) list.hidden = true
  })
}

/** A document with the sections that speak of it. */
function resultOf(page, index) {
  const { title, repository } = page.meta
  const sections = page.sub_results.filter((one) => one.url.includes('#')).slice(0, PLACES)
  const whole = link(page.url, `result-${index}`, 'document')
  whole.append(element('strong', title), element('span', repository ?? ''))
  if (sections.length === 0) whole.append(excerpt(page.excerpt))
  return [
    whole,
    ...sections.map((one, nth) => {
      const place = link(one.url, `result-${index}-${nth}`, 'place')
      place.append(element('strong', one.title), excerpt(one.excerpt))
      return place
    }),
  ]
}
function link(url, id, kind) {
  const a = document.createElement('a')
  a.href = url
  a.id = id
  a.className = kind
  a.setAttribute('role', 'option')
  return a
}
function element(name, text) {
  const made = document.createElement(name)
  made.textContent = text
  return made
}
const line = (kind, text) => Object.assign(element('p', text), { className: kind })

/** An excerpt comes as markup with marked words: its text and its marks are taken over, nothing else. */
function excerpt(markup) {
  const made = document.createElement('span')
  made.className = 'excerpt'
  const parsed = new DOMParser().parseFromString(markup, 'text/html')
  for (const node of parsed.body.childNodes)
    made.append(node.nodeName === 'MARK' ? element('mark', node.textContent) : node.textContent)
  return made
}
