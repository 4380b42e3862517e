/**
 * What Slack refuses in blocks and views, and what a reader sees of them. Written from https://docs.slack.dev/reference/block-kit,
 * apart from the adapter's own table.
 */
type Json = Record<string, unknown>
const obj = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(obj) : [])
const str = (value: unknown): string => (typeof value === 'string' ? value : '')

export function checkBlocks(blocks: unknown, max = 50): string[] {
  const problems: string[] = []
  if (!Array.isArray(blocks)) return ['blocks: not a list']
  if (blocks.length > max) problems.push(`blocks: ${blocks.length} of ${max}`)
  const ids = new Set<string>()
  let tables = 0
  let total = 0
  for (const [i, block] of list(blocks).entries()) {
    const at = `blocks[${i}]`
    const say = (text: string) => problems.push(`${at} ${text}`)
    if (str(block.block_id).length > 255) say('block_id over 255')
    switch (block.type) {
      case 'header':
        problems.push(...checkText(block.text, `${at}.text`, 150, ['plain_text']))
        break
      case 'section': {
        const fields = list(block.fields)
        if (block.text === undefined && fields.length === 0) say('has neither text nor fields')
        if (block.text !== undefined) problems.push(...checkText(block.text, `${at}.text`, 3_000))
        if (fields.length > 10) say(`${fields.length} fields of 10`)
        for (const [f, field] of fields.entries()) problems.push(...checkText(field, `${at}.fields[${f}]`, 2_000))
        break
      }
      case 'context': {
        const elements = list(block.elements)
        if (elements.length < 1 || elements.length > 10) say(`${elements.length} elements of 10`)
        for (const element of elements) problems.push(...checkText(element, `${at}.elements`, 3_000))
        break
      }
      case 'actions': {
        const elements = list(block.elements)
        if (elements.length < 1 || elements.length > 25) say(`${elements.length} elements of 25`)
        for (const element of elements) problems.push(...checkButton(element, at, ids))
        break
      }
      case 'table': {
        tables += 1
        if (tables > 1) say('is a second table')
        problems.push(...checkTable(block, at))
        break
      }
      case 'divider':
        break
      case 'input':
        problems.push(...checkInput(block, at))
        break
      default:
        say(`unknown type ${String(block.type)}`)
    }
    total += wordsOfBlock(block).length
  }
  // msg_blocks_too_long is not documented with a figure; the markdown block's is 12,000.
  if (total > 13_000) problems.push(`blocks: ${total} characters together`)
  return problems
}
function checkText(value: unknown, at: string, max: number, types = ['plain_text', 'mrkdwn']): string[] {
  const { type, text, verbatim, emoji } = obj(value)
  const problems: string[] = []
  if (typeof type !== 'string' || !types.includes(type)) return [`${at}: type ${String(type)}`]
  if (typeof text !== 'string' || text.trim() === '') return [`${at}: empty`]
  if (text.length > max) problems.push(`${at}: ${text.length} of ${max}`)
  if (type === 'plain_text' && verbatim !== undefined) problems.push(`${at}: verbatim on plain_text`)
  if (type === 'mrkdwn' && emoji !== undefined) problems.push(`${at}: emoji on mrkdwn`)
  if (type === 'mrkdwn') problems.push(...checkMrkdwn(text).map((p) => `${at}: ${p}`))
  return problems
}
/** Signs of a cut in the wrong place. */
export function checkMrkdwn(text: string): string[] {
  const problems: string[] = []
  if ((text.match(/```/g)?.length ?? 0) % 2 === 1) problems.push('a code fence that is not closed')
  const bare = text.replace(/<[^<>]*>/g, '').replace(/^>( |$)/gm, '')
  if (/[<>]/.test(bare)) problems.push('a bracket that is not escaped')
  if (!text.isWellFormed()) problems.push('half a character')
  return problems
}
function checkButton(button: Json, at: string, ids: Set<string>): string[] {
  const problems = checkText(button.text, `${at}.text`, 75, ['plain_text'])
  const id = str(button.action_id)
  if (button.type !== 'button') problems.push(`${at}: element ${String(button.type)}`)
  if (id === '' || id.length > 255) problems.push(`${at}: action_id`)
  if (ids.has(id)) problems.push(`${at}: action_id ${id} twice`)
  ids.add(id)
  if (str(button.value).length > 2_000) problems.push(`${at}: value over 2000`)
  if (button.url !== undefined && !/^https?:\/\/.{1,2990}$/.test(str(button.url))) problems.push(`${at}: url`)
  if (button.style !== undefined && !['primary', 'danger'].includes(str(button.style))) problems.push(`${at}: style`)
  if (button.confirm !== undefined) {
    const confirm = obj(button.confirm)
    problems.push(...checkText(confirm.title, `${at}.confirm.title`, 100, ['plain_text']))
    problems.push(...checkText(confirm.text, `${at}.confirm.text`, 300))
    problems.push(...checkText(confirm.confirm, `${at}.confirm.confirm`, 30, ['plain_text']))
    problems.push(...checkText(confirm.deny, `${at}.confirm.deny`, 30, ['plain_text']))
  }
  return problems
}
function checkTable(block: Json, at: string): string[] {
  const problems: string[] = []
  const rows = Array.isArray(block.rows) ? block.rows : []
  if (rows.length < 1 || rows.length > 100) problems.push(`${at}: ${rows.length} rows of 100`)
  let total = 0
  for (const row of rows) {
    const cells = list(row)
    if (cells.length < 1 || cells.length > 20) problems.push(`${at}: ${cells.length} columns of 20`)
    for (const cell of cells) {
      if (cell.type !== 'raw_text' || str(cell.text) === '') problems.push(`${at}: empty cell`)
      total += str(cell.text).length
    }
  }
  if (total > 10_000) problems.push(`${at}: ${total} characters of 10000`)
  return problems
}
function checkInput(block: Json, at: string): string[] {
  const problems = checkText(block.label, `${at}.label`, 2_000, ['plain_text'])
  if (block.hint !== undefined) problems.push(...checkText(block.hint, `${at}.hint`, 2_000, ['plain_text']))
  const element = obj(block.element)
  switch (element.type) {
    case 'plain_text_input':
      if (Number(element.max_length ?? 1) < 1 || Number(element.max_length ?? 1) > 3_000)
        problems.push(`${at}: max_length`)
      break
    case 'number_input':
      if (typeof element.is_decimal_allowed !== 'boolean') problems.push(`${at}: is_decimal_allowed is required`)
      break
    case 'static_select':
    case 'checkboxes': {
      const options = list(element.options)
      if (options.length < 1 || options.length > (element.type === 'checkboxes' ? 10 : 100))
        problems.push(`${at}: options`)
      for (const option of options) {
        problems.push(...checkText(option.text, `${at}.option`, 75))
        if (str(option.value) === '' || str(option.value).length > 75) problems.push(`${at}: option value`)
      }
      break
    }
    default:
      problems.push(`${at}: element ${String(element.type)}`)
  }
  return problems
}
export function checkView(value: unknown): string[] {
  const view = obj(value)
  const problems = checkBlocks(view.blocks, 100)
  if (view.type === 'home') {
    if (list(view.blocks).some((b) => b.type === 'table')) problems.push('view: tables are for messages')
    if (str(view.private_metadata).length > 3_000) problems.push('view: private_metadata over 3000')
    if (view.title !== undefined || view.submit !== undefined) problems.push('view: a Home tab has no title bar')
    return problems
  }
  if (view.type !== 'modal') problems.push(`view: type ${String(view.type)}`)
  problems.push(...checkText(view.title, 'view.title', 24, ['plain_text']))
  if (view.submit === undefined && list(view.blocks).some((b) => b.type === 'input'))
    problems.push('view: inputs need submit')
  if (view.submit !== undefined) problems.push(...checkText(view.submit, 'view.submit', 24, ['plain_text']))
  if (view.close !== undefined) problems.push(...checkText(view.close, 'view.close', 24, ['plain_text']))
  if (str(view.private_metadata).length > 3_000) problems.push('view: private_metadata over 3000')
  if (str(view.callback_id).length > 255) problems.push('view: callback_id over 255')
  const ids = list(view.blocks).map((b) => str(b.block_id))
  if (new Set(ids).size !== ids.length) problems.push('view: block_id twice')
  return problems
}

/** Every text of a block as it stands, with its kind. */
function textsOf(block: Json): { mrkdwn: boolean; text: string }[] {
  const one = (value: unknown) => ({ mrkdwn: obj(value).type === 'mrkdwn', text: str(obj(value).text) })
  switch (block.type) {
    case 'header':
      return [one(block.text)]
    case 'section':
      return [...(block.text === undefined ? [] : [one(block.text)]), ...list(block.fields).map(one)]
    case 'context':
      return list(block.elements).map(one)
    case 'actions':
      return list(block.elements).flatMap((e) => [one(e.text), ...(e.confirm ? [one(obj(e.confirm).text)] : [])])
    case 'table':
      return (Array.isArray(block.rows) ? block.rows : []).flatMap((row) => list(row).map(one))
    default:
      return []
  }
}
function wordsOfBlock(block: Json): string {
  return textsOf(block)
    .map((t) => (t.mrkdwn ? readMrkdwn(t.text).words : t.text))
    .join('\n')
}
export interface Reading {
  readonly words: string
  readonly mentions: readonly string[]
  readonly links: readonly string[]
}
/** `<!channel>`, `<@U1>` and `<https://x|label>` live, as Slack reads them. https://docs.slack.dev/messaging/formatting-message-text */
export function readMrkdwn(text: string): Reading {
  const mentions: string[] = []
  const links: string[] = []
  const words = text.replace(/<([^<>]*)>/g, (all, inner: string) => {
    const [target = '', label] = inner.split('|', 2)
    if (/^[@#!]/.test(target)) mentions.push(all)
    else links.push(decode(target))
    return label ?? target
  })
  return { words: decode(words), mentions, links }
}
function decode(text: string): string {
  return text.replace(/&(lt|gt|amp);/g, (_all, name) => ({ lt: '<', gt: '>', amp: '&' })[name as 'lt'])
}
/** A message as people see it: its blocks, or its text where it has none. */
export function readMessage(message: { readonly text?: unknown; readonly blocks?: unknown }): Reading {
  const blocks = list(message.blocks)
  const texts = blocks.length > 0 ? blocks.flatMap(textsOf) : [{ mrkdwn: true, text: str(message.text) }]
  const readings = texts.map((t) => (t.mrkdwn ? readMrkdwn(t.text) : { words: t.text, mentions: [], links: [] }))
  const notification = readMrkdwn(str(message.text))
  const buttons = blocks.flatMap((b) => (b.type === 'actions' ? list(b.elements).map((e) => str(e.url)) : []))
  return {
    words: readings.map((r) => r.words).join('\n'),
    mentions: [...readings, notification].flatMap((r) => r.mentions),
    links: [...readings.flatMap((r) => r.links), ...buttons.filter((url) => url !== '')],
  }
}
