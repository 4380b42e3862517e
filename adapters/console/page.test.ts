import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Message } from '#contract'
import { hasChromium, startBrowser, type Visit, visit } from '../../test/console/browser.ts'
import { type ConsoleRig, openDatabase, startConsole, TOKEN } from '../../test/console/harness.ts'
import { SAMPLES } from '../../test/contract/messages.ts'
import { placeOf } from './channel.ts'
import { consoleMessages, consoleThreads } from './tables.ts'

const story: Message = {
  text: 'Pay with a saved card',
  blocks: [
    { kind: 'heading', text: 'Pay with a saved card' },
    {
      kind: 'code',
      language: 'gherkin',
      text: 'Scenario: Saved card\n  Given a saved card\n  When I pay\n  Then the order is placed',
    },
    {
      kind: 'actions',
      items: [
        { kind: 'form', label: 'Refine', run: 'story refine ST-1', style: 'primary' },
        { kind: 'button', label: 'Approve', run: 'story approve ST-1', confirm: 'Approve and freeze ST-1?' },
        { kind: 'button', label: 'Show', run: 'story show ST-1' },
      ],
    },
  ],
}

describe.skipIf(!hasChromium)('the page in Chromium', () => {
  let database: Awaited<ReturnType<typeof openDatabase>>
  let browser: Browser
  let rig: ConsoleRig
  let url: string
  let now: Visit
  beforeAll(async () => {
    ;[database, browser] = await Promise.all([openDatabase(), startBrowser()])
  })
  afterAll(async () => {
    await browser.close()
    await database.close()
  })
  beforeEach(async () => {
    await database.db.delete(consoleMessages)
    await database.db.delete(consoleThreads)
    rig = await startConsole(database.db)
    url = await rig.listen()
    now = await visit(browser, url, TOKEN)
  })
  afterEach(async () => {
    await now.context.close()
    await rig.close()
  })
  const composer = () => now.page.getByRole('combobox', { name: 'Command' })
  const type = async (text: string) => {
    await composer().fill(text)
    await composer().press('Enter')
  }
  const threadOf = () => placeOf(new URL(now.page.url()).hash.slice(1))
  /** Every command is answered with the story card. */
  const answering = () =>
    rig.onCommand(async (call, id) => {
      await rig.post(call.place, `job:${id}`, story)
    })

  test('a typed command shows its state, a message that grows in place, and is there after a reload', async () => {
    const { page } = now
    rig.onCommand(async (call, id) => {
      rig.jobs.set(id, { id, state: 'running', attempts: 1, error: null })
      const posted = await rig.post(call.place, `job:${id}`, {
        text: 'Drafting',
        blocks: [{ kind: 'progress', label: 'Writing scenarios', done: 1, total: 4 }],
      })
      await page.getByText('Writing scenarios').waitFor()
      await page.locator('[data-state="running"]').getByText('Working · Drafting a story, about 3 s').waitFor()
      await rig.edit(posted, `job:${id}:done`, story)
      rig.jobs.set(id, { id, state: 'done', attempts: 1, error: null })
    })
    await type('/story As a shopper I want to pay with a saved card')
    await page.getByRole('heading', { name: 'Pay with a saved card' }).waitFor()
    await page.locator('[data-state="done"]').waitFor()
    expect(await page.getByText('Writing scenarios').count()).toBe(0)
    expect(await page.locator('article').count()).toBe(2)
    expect(await page.getByText('· edited').count()).toBe(1)
    await page.locator('#announcer', { hasText: 'Pay with a saved card' }).waitFor({ state: 'attached' })
    await page.reload()
    await page.getByRole('heading', { name: 'Pay with a saved card' }).waitFor()
    expect(await page.locator('.line').textContent()).toBe('/story As a shopper I want to pay with a saved card')
    expect(await page.title()).toBe('story As a shopper I want to pay with a saved card · AutoDevHub')
    expect(now.complaints).toEqual([])
  })

  test('buttons run their command once, ask first where they must, and copy code', async () => {
    const { page } = now
    await rig.post(threadOf(), 'k', story)
    await page.getByRole('button', { name: 'Show' }).dblclick()
    await expect.poll(() => rig.calls.map((call) => call.input)).toEqual(['story show ST-1'])
    expect(rig.calls[0]?.on?.thread).toBe(threadOf().thread)

    await page.getByRole('button', { name: 'Approve' }).click()
    const dialog = page.getByRole('dialog', { name: 'Approve and freeze ST-1?' })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Approve' }).click()
    await dialog.getByRole('button', { name: 'Approve' }).click()
    await expect.poll(() => rig.calls.map((call) => call.input)).toEqual(['story show ST-1', 'story approve ST-1'])

    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('Then the order is placed')
    expect(now.complaints).toEqual([])
  })

  test('a form shows what is wrong beside the field and sends all values', async () => {
    const { page } = now
    await rig.post(threadOf(), 'k', story)
    await page.getByRole('button', { name: 'Refine…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Refine ST-1' })
    const instruction = dialog.getByRole('textbox', { name: 'Instruction' })
    await instruction.fill('no')
    await dialog.getByRole('button', { name: 'Refine' }).click()
    await dialog.getByText('Say it in at least 5 characters').waitFor()
    expect(await instruction.getAttribute('aria-invalid')).toBe('true')
    expect(await page.evaluate('document.activeElement.id')).toBe('field-instruction')
    await instruction.fill('add refunds')
    await dialog.getByLabel('Size').selectOption('M')
    await dialog.getByLabel('Reopen').check()
    await dialog.getByRole('button', { name: 'Refine' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(rig.calls.map((call) => call.input)).toEqual([
      { command: 'story refine', values: { id: 'ST-1', instruction: 'add refunds', size: 'M', reopen: 'true' } },
    ])
    // The refused answer of the check is the one complaint a browser makes.
    expect(now.complaints.filter((text) => !text.includes('422'))).toEqual([])
  })

  test('a dropped stream resumes: what was posted and edited meanwhile appears once', async () => {
    const { page } = now
    const first = await rig.post(threadOf(), 'k1', { text: 'before the cut' })
    await page.getByText('before the cut').waitFor()
    const port = Number(new URL(url).port)
    const place = threadOf()
    const server = rig.server()
    if (!server || !('closeAllConnections' in server)) throw new Error('the rig must listen')
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    await page.locator('#connection[data-state="lost"]').waitFor()
    await rig.edit(first, 'e1', { text: 'edited during the cut' })
    await rig.post(place, 'k2', { text: 'posted during the cut' })
    await rig.listen(port)
    await page.getByText('posted during the cut').waitFor()
    await page.getByText('edited during the cut').waitFor()
    await page.locator('#connection[data-state="live"]').waitFor()
    expect(await page.locator('article').allTextContents()).toHaveLength(2)
  })

  test('an answer taller than the window is read from its start, and what comes later is offered', async () => {
    const { page } = now
    const tall: Message = {
      text: 'tall',
      blocks: [
        { kind: 'code', text: 'x\n'.repeat(30) },
        { kind: 'text', markdown: '- y\n'.repeat(60) },
      ],
    }
    rig.onCommand(async (call, id) => {
      await rig.post(call.place, `job:${id}`, tall)
    })
    await type('/story tall')
    await page.locator('article.delivered').waitFor()
    const below = () =>
      page.evaluate<number>(
        'document.querySelector(".line").getBoundingClientRect().top - document.getElementById("scroller").getBoundingClientRect().top',
      )
    expect(await below()).toBeGreaterThanOrEqual(0)
    expect(await below()).toBeLessThan(60)
    await rig.post(threadOf(), 'later', { text: 'came later' })
    await page.getByRole('button', { name: 'New messages' }).click()
    await page.getByRole('button', { name: 'New messages' }).waitFor({ state: 'hidden' })
  })

  test('a line that the hub could not take is sent again with the same id', async () => {
    const { page } = now
    rig.refuseNext(new Error('away'))
    await type('/story again')
    await page.getByText('Not taken: The hub could not take this command.').waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('[data-state="queued"]').waitFor()
    expect(rig.calls.map((call) => call.input)).toEqual(['story again'])
    expect(await page.locator('article').count()).toBe(1)
  })

  test('a session that ended says how to come back', async () => {
    const { page, context } = now
    await context.clearCookies()
    await type('/hub help')
    await page.getByText('Open the link it printed at its start').waitFor()
    await page.goto(url)
    await page.getByText('Open the link the hub printed').waitFor()
    await page.getByLabel('Or paste the token').fill(TOKEN)
    await page.getByRole('button', { name: 'Open' }).click()
    await composer().waitFor()
    expect(page.url()).not.toContain(TOKEN)
  })

  test('everything works by keyboard alone', async () => {
    const { page } = now
    answering()
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key)
    }
    const focused = () => page.evaluate('document.activeElement.textContent.trim() || document.activeElement.id')
    expect(await focused()).toBe('composer-input')
    await page.keyboard.type('/sto')
    await press('ArrowDown', 'ArrowDown')
    expect(await page.getByRole('option', { selected: true }).textContent()).toContain('/story refine')
    await press('Escape')
    expect(await page.getByRole('listbox').isVisible()).toBe(false)
    await page.keyboard.type('r')
    await press('Tab')
    expect(await composer().inputValue()).toBe('/story ')
    await page.keyboard.type('first line')
    await press('Shift+Enter')
    await page.keyboard.type('second line')
    await press('Enter')
    await page.getByRole('heading', { name: 'Pay with a saved card' }).waitFor()
    expect(rig.calls.at(-1)?.input).toBe('story first line\nsecond line')
    await press('ArrowUp')
    expect(await composer().inputValue()).toBe('/story first line\nsecond line')
    await press('ArrowDown')
    expect(await composer().inputValue()).toBe('')

    // Backwards from the command line to the last button of the card.
    await press('Shift+Tab')
    expect(await focused()).toBe('Show')
    const ring = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
    expect(ring).toBe('solid')
    await press('Shift+Tab', 'Enter')
    await page.getByRole('dialog').waitFor()
    expect(await focused()).toBe('Cancel')
    // The dialog keeps the keyboard: nothing of the page behind it is reached.
    const reached = new Set<unknown>()
    for (let i = 0; i < 6; i++) {
      await press('Tab')
      reached.add(await page.evaluate('document.activeElement.closest("dialog, main, nav, header")?.id ?? "browser"'))
    }
    expect([...reached].filter((id) => id !== 'browser')).toEqual(['confirm'])
    await press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(await focused()).toBe('Approve')
    expect(rig.calls).toHaveLength(1)
    expect(now.complaints).toEqual([])
  })

  test('teaches where nothing was typed yet', async () => {
    const { page } = now
    const examples = page.locator('#examples button')
    expect(await examples.count()).toBe(3)
    expect((await examples.allTextContents()).join()).not.toContain('/deploy')
    await examples.first().click()
    await page.locator('.line').waitFor()
    expect(rig.calls.map((call) => call.input)).toEqual(['story As a shopper I want to pay with a saved card'])
    expect(await page.locator('#empty').isVisible()).toBe(false)
  })

  test('draws every block kind, and hostile text stays text', async () => {
    const { page } = now
    await rig.post(threadOf(), 'all', { text: 'all', blocks: Object.values(SAMPLES) })
    const card = page.locator('article.delivered')
    await card.first().waitFor()
    // One element for each block, and the line with the time.
    expect(await card.first().locator('> :not(h2)').count()).toBe(Object.keys(SAMPLES).length + 1)

    const evil = [
      '<img src=x onerror="window.hit=1"><script>window.hit=1</script>',
      '[a](javascript:window.hit=1) [b](data:text/html,x) [c](//evil.test) [d](https://ok.test/x "t")',
      '[good](https://ok.test/path) **bold** _it_ `<b>code</b>` <b onmouseover=alert(1)>x</b>',
      '> quoted <i>\n\n- one\n- **two**\n\n```\n<script>fenced</script>\n```',
    ].join('\n')
    await rig.post(threadOf(), 'evil', {
      text: evil,
      blocks: [
        { kind: 'heading', text: evil },
        { kind: 'text', markdown: evil },
        { kind: 'note', markdown: evil },
        { kind: 'code', text: evil, language: evil },
        { kind: 'fields', items: [{ label: evil, value: evil }] },
        { kind: 'table', head: [evil], rows: [[evil]] },
        { kind: 'diff', before: evil, after: `${evil}!` },
        { kind: 'progress', label: evil, done: 1, total: 0 },
        {
          kind: 'actions',
          items: [
            { kind: 'link', label: 'bad link', url: 'javascript:window.hit=1' },
            { kind: 'link', label: 'good link', url: 'https://ok.test/' },
            { kind: 'button', label: evil, run: evil },
          ],
        },
        { kind: 'file', name: evil, mediaType: 'text/html', text: evil },
      ],
    })
    await type(evil)
    await page.locator('article.typed').waitFor()
    await page.getByText('good link').waitFor()
    const links = await page
      .locator('article:last-of-type a, article a')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''))
    for (const href of links) expect(href).toMatch(/^(https:\/\/|\/console\/messages\/[\w-]+\/files\/\d+$)/)
    expect(links).toContain('https://ok.test/path')
    expect(await page.locator('article').locator('img, script, iframe, [onerror], [onmouseover]').count()).toBe(0)
    const text = page.locator('article.delivered').nth(1).locator('.text')
    expect(await text.locator('strong').allTextContents()).toEqual(['bold', 'two'])
    expect(await text.locator('em').allTextContents()).toEqual(['it'])
    expect(await text.locator('li').allTextContents()).toEqual(['one', 'two'])
    expect(await text.locator('pre').textContent()).toBe('<script>fenced</script>')
    expect(await page.evaluate('"hit" in window')).toBe(false)
    expect(now.complaints).toEqual([])
  })

  test('does not stall on text made to slow a parser down', async () => {
    const { page } = now
    for (const piece of ['*a ', '_', '**', '[', '[a](', '`', '> ', '- ', '\\', '*_*']) {
      await rig.post(threadOf(), piece, {
        text: 'x',
        blocks: [{ kind: 'text', markdown: piece.repeat(50_000 / piece.length) }],
      })
    }
    await rig.post(threadOf(), 'last', { text: 'still here' })
    await page.getByText('still here').waitFor({ timeout: 10_000 })
    expect(now.complaints).toEqual([])
  })

  test('fits a phone: no sideways scrolling at 375 px with every block, and the threads in a drawer', async () => {
    const phone = await visit(browser, url, TOKEN, { viewport: { width: 375, height: 720 } })
    const { page } = phone
    const place = placeOf(new URL(page.url()).hash.slice(1))
    const long = 'https://example.com/'.padEnd(300, 'x')
    await rig.post(place, 'k', { text: 'all', blocks: Object.values(SAMPLES) })
    await rig.post(place, 'k2', {
      text: long,
      blocks: [
        { kind: 'heading', text: long },
        { kind: 'text', markdown: `${long} \`${long}\`` },
        { kind: 'code', text: long },
        { kind: 'table', head: ['One', 'Two', 'Three', 'Four', 'Five'], rows: [[long, 'b', 'c', 'd', 'e']] },
        { kind: 'fields', items: [{ label: long, value: long }] },
        { kind: 'actions', items: [{ kind: 'button', label: long, run: 'x' }] },
        { kind: 'file', name: long, mediaType: 'text/plain', text: 'x' },
      ],
    })
    await page.getByRole('textbox').or(page.getByRole('combobox')).fill(`/story ${long}`)
    await page.keyboard.press('Enter')
    await page.locator('article').nth(2).waitFor()
    const widths = await page.evaluate<number[]>(
      '[document.scrollingElement.scrollWidth, document.getElementById("scroller").scrollWidth]',
    )
    for (const width of widths) expect(width).toBeLessThanOrEqual(375)
    await page.getByRole('button', { name: 'Threads' }).click()
    await page.getByRole('navigation').getByRole('button', { name: 'New thread' }).click()
    await page.getByText('What shall we work on?').waitFor()
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(375)
    expect(phone.complaints).toEqual([])
    await phone.context.close()
  })

  test('keeps threads apart, and moves between them', async () => {
    const { page } = now
    answering()
    await type('/story in the first thread')
    await page.getByRole('heading', { name: 'Pay with a saved card' }).waitFor()
    await page.getByRole('button', { name: 'New thread' }).click()
    await page.getByText('What shall we work on?').waitFor()
    expect(await page.locator('article').count()).toBe(0)
    await page.getByRole('link', { name: 'story in the first thread' }).click()
    await page.getByRole('heading', { name: 'Pay with a saved card' }).waitFor()
    expect(await page.locator('[aria-current="page"]').textContent()).toBe('story in the first thread')
    expect(now.complaints).toEqual([])
  })
})
