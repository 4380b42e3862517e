import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, startBrowser } from '../console/browser.ts'
import { SAMPLES } from '../contract/messages.ts'
import { openMail, SCHEMES, takePictures, WIDTHS } from '../demo/mail-pictures.ts'
import { BUSY, sampleDigest } from '../fakes/digest-sample.ts'

interface Findings {
  readonly overflow: readonly string[]
  /** Words that a line break cuts in two. */
  readonly torn: readonly string[]
  readonly faint: readonly string[]
  readonly words: number
}
/** What is wider than the window, and text that is hard to read on what is behind it (WCAG 1.4.3). Runs in the page. */
const FINDINGS = String.raw`(() => {
  const rgb = (color) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
  const behind = (start) => {
    for (let one = start; one; one = one.parentElement) {
      const color = rgb(getComputedStyle(one).backgroundColor)
      if (color.length === 3 || (color[3] ?? 0) > 0) return color
    }
    return [255, 255, 255]
  }
  const torn = (node) => {
    const range = document.createRange()
    return [...node.textContent.matchAll(/(?<!\S)\S{2,14}(?!\S)/gu)].flatMap((word) => {
      range.setStart(node, word.index)
      range.setEnd(node, word.index + word[0].length)
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)))
      return lines.size > 1 ? [word[0]] : []
    })
  }
  const found = { overflow: [], torn: [], faint: [], words: 0 }
  for (const one of document.querySelectorAll('body *')) {
    const { left, right } = one.getBoundingClientRect()
    const shown = one.tagName + ' ' + one.textContent.trim().slice(0, 40)
    if (left < -0.5 || right > innerWidth + 0.5) found.overflow.push(shown)
    const own = [...one.childNodes].filter((node) => node.nodeType === 3 && node.textContent.trim() !== '')
    if (own.length === 0) continue
    found.words += 1
    found.torn.push(...own.flatMap(torn))
    const [a, b] = [luminance(rgb(getComputedStyle(one).color)), luminance(behind(one))]
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (contrast < 4.5) found.faint.push(contrast.toFixed(2) + ' ' + shown)
  }
  if (document.documentElement.scrollWidth > innerWidth) found.overflow.push('the page')
  return found
})()`
const EVERY_KIND = { text: 'Every kind of block', blocks: Object.values(SAMPLES) }
const QUIET = sampleDigest({ ...BUSY, deployments: [], measures: [], before: [] })

describe.skipIf(!hasChromium)('a mail in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser?.close())

  const cases = SCHEMES.flatMap((scheme) => WIDTHS.map((width) => ({ scheme, width })))
  describe.each(cases)('$scheme, $width px wide', ({ scheme, width }) => {
    it.each([
      ['a busy digest', sampleDigest()],
      ['a quiet one', QUIET],
      ['every kind of block', EVERY_KIND],
    ])('%s fits, can be read and loads nothing', async (_what, message) => {
      const { page, requests, close } = await openMail(browser, message, scheme, width)
      const { overflow, torn, faint, words } = await page.evaluate<Findings>(FINDINGS)
      expect(overflow).toEqual([])
      expect(torn).toEqual([])
      expect(faint).toEqual([])
      expect(words).toBeGreaterThan(2)
      expect(requests.filter((url) => !url.startsWith('about:'))).toEqual([])
      const card = await page.evaluate<string>(`getComputedStyle(document.querySelector('.c')).backgroundColor`)
      expect(card).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(22, 27, 34)')
      await close()
    })
  })
  it('is readable without its style sheet, as Gmail shows a forwarded one', async () => {
    const { page, close } = await openMail(browser, sampleDigest(), 'light', 375)
    await page.evaluate(`
      for (const sheet of document.querySelectorAll('style')) sheet.remove()
      for (const one of document.querySelectorAll('[class]')) one.removeAttribute('class')`)
    expect(await page.evaluate(FINDINGS)).toMatchObject({ overflow: [], faint: [] })
    await close()
  })
  it('draws bars as long as what they say', async () => {
    const { page, close } = await openMail(browser, sampleDigest(), 'light', 600)
    const bars = await page.evaluate(`[...document.querySelectorAll('td.f')].map((one) =>
      Math.round((one.getBoundingClientRect().width / one.parentElement.getBoundingClientRect().width) * 100))`)
    expect(bars).toEqual([100, 50, 50])
    await close()
  })
  it('can be had as pictures', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mail-pictures-'))
    try {
      const files = await takePictures(folder)
      expect(files).toHaveLength(4)
      for (const file of files) expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
