import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, startBrowser } from '../console/browser.ts'
import { type Demo, startDemo } from './start.ts'

const TEXT = '/story As a shopper I want to pay with a saved card'

describe.skipIf(!hasChromium)('npm run demo, in a browser', () => {
  let demo: Demo
  let browser: Browser
  let page: Page
  const complaints: string[] = []
  beforeAll(async () => {
    ;[demo, browser] = await Promise.all([startDemo(), startBrowser()])
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(demo.url)) complaints.push(`requested ${request.url()}`)
    })
    await page.goto(demo.url)
    await page.locator('#connection[data-state="live"]').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.close()
  })
  const picture = async (name: string) => {
    const folder = process.env.DEMO_PICTURES
    if (folder) await page.screenshot({ path: `${folder}/demo-${name}.png` })
  }
  const stories = (name: string) =>
    page
      .locator(`#column-${name} .message.hub`)
      .filter({ has: page.getByRole('button', { name: 'Refine', exact: true }) })
  const say = async (name: string, text: string) => {
    const input = page.locator(`#column-${name} .composer textarea`)
    await input.fill(text)
    await input.press('Enter')
  }

  it('a run that is started on Discord shows on all three, also where nobody has said a word', async () => {
    await say('discord', '/workflow run canary repository=octo/shop project=shop prometheus=http://x query=y settle=1h')
    for (const name of ['slack', 'discord', 'teams'])
      await page
        .locator(`#column-${name} .message.hub`)
        .filter({ hasText: /canary · WF-1 is under way.*now 5/s })
        .first()
        .waitFor()
    expect(await page.locator('.refusals .problem, .toast.bad:not([hidden])').allTextContents()).toEqual([])
  })

  it.each(['slack', 'discord', 'teams'])('%s: a story, its form, an edit in place and an approval', async (name) => {
    await say(name, TEXT)
    const story = stories(name).first()
    await story.getByText('ST-', { exact: false }).first().waitFor()
    await story.getByRole('button', { name: 'Refine', exact: true }).click()
    const form = page.locator('dialog.form')
    await form.locator('[name="instruction"]').fill('add a criterion for refunds')
    await picture(`form-${name}`)
    await form.locator('footer .primary').click()
    await form.waitFor({ state: 'detached' })
    await story.getByText('v2').first().waitFor()
    await story.locator('.edited').waitFor()
    await story.getByRole('button', { name: 'Approve', exact: true }).click()
    await page
      .locator(`#column-${name} .message.hub`)
      .filter({ hasText: /approved/i })
      .first()
      .waitFor()
    expect(await page.locator(`#column-${name} .refusals .problem`).allTextContents()).toEqual([])
    expect(await page.locator(`#column-${name} .unknown`).allTextContents()).toEqual([])
  })

  it.each(['slack', 'discord', 'teams'])('%s: delivered twice and the answer lost: one message', async (name) => {
    const before = await page.locator(`#column-${name} .message.hub:not(.only)`).count()
    for (const fault of ['duplicate', 'dropped']) await page.locator(`#column-${name} input[name="${fault}"]`).check()
    await say(name, '/story As a reader I want a dark theme so that my eyes rest')
    await page
      .locator(`#column-${name}`)
      .getByText(/dark theme/i)
      .nth(1)
      .waitFor()
    await page.waitForTimeout(4_000)
    expect(await page.locator(`#column-${name} .message.hub:not(.only)`).count()).toBe(before + 1)
    for (const fault of ['duplicate', 'dropped']) await page.locator(`#column-${name} input[name="${fault}"]`).uncheck()
  })

  it('fits a phone, in the dark as well', async () => {
    await picture('light')
    await page.emulateMedia({ colorScheme: 'dark' })
    await picture('dark')
    await page.setViewportSize({ width: 375, height: 740 })
    for (const name of ['Slack', 'Discord', 'Teams']) {
      await page.getByRole('tab', { name }).click()
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      expect(overflow).toBe(0)
      // The newest stays in sight.
      const log = `document.querySelector('#column-${name.toLowerCase()} .messages')`
      const below = `${log}.scrollHeight - ${log}.scrollTop - ${log}.clientHeight`
      await expect.poll(() => page.evaluate(below)).toBeLessThan(3)
    }
    await picture('375')
  })

  it('says nothing in the console and calls no other host', () => expect(complaints).toEqual([]))
})
