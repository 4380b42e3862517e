import { diff } from './diff.js'
import { announce, el, externalLink, webAddress } from './dom.js'
import { markdown } from './markdown.js'

/** Keywords at the start of a Gherkin line, set apart so that a scenario can be skimmed. */
const GHERKIN =
  /^(\s*)((?:Feature|Rule|Background|Scenario(?: Outline)?|Examples?):|(?:Given|When|Then|And|But|\*) )(.*)$/

function gherkin(text) {
  return text.split('\n').flatMap((line, index) => {
    const found = GHERKIN.exec(line)
    const parts = found ? [found[1], el('b', {}, found[2]), found[3]] : [line]
    return index === 0 ? parts : ['\n', ...parts]
  })
}
/** Without TLS on another host there is no clipboard: then the text is selected, ready for the keyboard. */
async function copyText(text, node) {
  try {
    await navigator.clipboard.writeText(text)
    return 'Copied'
  } catch {
    getSelection().selectAllChildren(node)
    return 'Selected'
  }
}
function code(block) {
  const copy = el('button', { type: 'button', class: 'quiet copy' }, 'Copy')
  copy.addEventListener('click', async () => {
    const said = await copyText(block.text, copy.closest('figure').querySelector('code'))
    copy.textContent = said
    announce(said)
    setTimeout(() => {
      copy.textContent = 'Copy'
    }, 1500)
  })
  const label = block.language || 'text'
  const lines = label === 'gherkin' ? gherkin(block.text) : [block.text]
  return el('figure', { class: 'code' }, [
    el('figcaption', {}, el('span', {}, label), copy),
    el('pre', { tabindex: 0, dir: 'ltr', 'aria-label': `${label} code` }, el('code', {}, lines)),
  ])
}
function fields(block) {
  const items = block.items.map((item) =>
    el('div', {}, el('dt', { dir: 'auto' }, item.label), el('dd', { dir: 'auto' }, item.value)),
  )
  return el('dl', {}, items)
}
function table(block) {
  const head = el(
    'tr',
    {},
    block.head.map((cell) => el('th', { scope: 'col', dir: 'auto' }, cell)),
  )
  const rows = block.rows.map((row) =>
    el(
      'tr',
      {},
      row.map((cell) => el('td', { dir: 'auto' }, cell)),
    ),
  )
  const name = block.head.join(', ')
  return el('div', { class: 'table', tabindex: 0, role: 'region', 'aria-label': `Table: ${name}` }, [
    el('table', {}, el('thead', {}, head), el('tbody', {}, rows)),
  ])
}
function progress(block) {
  const max = Math.max(1, block.total)
  const value = Math.min(block.done, max)
  return el('div', { class: 'progress' }, [
    el('span', { dir: 'auto' }, block.label),
    el('span', { class: 'count' }, `${block.done} of ${block.total}`),
    el('progress', { value, max, 'aria-label': block.label }),
  ])
}
function action(item, context) {
  if (item.kind === 'link') {
    const address = webAddress(item.url)
    return address
      ? externalLink(address, { class: 'button' }, item.label)
      : el('span', { class: 'button' }, item.label)
  }
  const press = (event) => context.press(item, event.currentTarget)
  const opens = item.kind === 'form' || item.confirm ? 'dialog' : null
  return el(
    'button',
    { type: 'button', class: item.style ?? '', 'data-run': item.run, 'aria-haspopup': opens, onclick: press },
    item.kind === 'form' ? `${item.label}…` : item.label,
  )
}
const SIZES = new Intl.NumberFormat('en', { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 1 })
function file(block, context) {
  const size = SIZES.format(Math.max(0.1, new TextEncoder().encode(block.text).length / 1000))
  const address = `/console/messages/${context.row.id}/files/${context.index}`
  return el('a', { class: 'file', href: address, download: block.name }, [
    el('span', { class: 'name', dir: 'auto' }, block.name),
    el('span', { class: 'size' }, `${size} · Download`),
  ])
}

/** Every block kind of the message contract. `context`: the row, the block's index, and `press(action, button)`. */
const BLOCKS = {
  heading: (block) => el('h3', { dir: 'auto' }, block.text),
  text: (block) => el('div', { class: 'text' }, markdown(block.markdown)),
  note: (block) => el('div', { class: 'note' }, markdown(block.markdown)),
  code,
  fields,
  table,
  diff,
  progress,
  actions: (block, context) =>
    el(
      'div',
      { class: 'actions' },
      block.items.map((item) => action(item, context)),
    ),
  file,
}

export function messageContent(row, press) {
  const { text, blocks = [] } = row.message
  if (blocks.length === 0) return [el('p', { class: 'plain', dir: 'auto' }, text)]
  return blocks.map((block, index) => BLOCKS[block.kind](block, { row, index, press }))
}
