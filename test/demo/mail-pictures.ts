import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Message } from '#contract'
import { footerOf } from '../../adapters/mail/footer.ts'
import { render } from '../../adapters/mail/render.ts'
import { startBrowser } from '../console/browser.ts'
import { sampleDigest } from '../fakes/digest-sample.ts'

export const SCHEMES = ['light', 'dark'] as const
/** The reading pane of a desktop program, and a phone. */
export const WIDTHS = [600, 375] as const

/** A mail as its reader opens it: no script runs, and nothing can be loaded. */
export async function openMail(
  browser: Browser,
  message: Message,
  scheme: (typeof SCHEMES)[number],
  width: (typeof WIDTHS)[number],
): Promise<{ readonly page: Page; readonly requests: readonly string[]; close(): Promise<void> }> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    deviceScaleFactor: 2,
  })
  const page = await context.newPage()
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await page.setContent(render(message, footerOf('https://hub.example.com/hooks/mail/unsubscribe/sample')).html)
  return { page, requests, close: () => context.close() }
}

/** Pictures of a digest in light and dark, wide and narrow: `node test/demo/mail-pictures.ts <folder>`. */
export async function takePictures(folder: string, message: Message = sampleDigest()): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true })
  const browser = await startBrowser()
  const files: string[] = []
  try {
    for (const scheme of SCHEMES)
      for (const width of WIDTHS) {
        const { page, close } = await openMail(browser, message, scheme, width)
        const path = join(folder, `digest-${scheme}-${width}.png`)
        await page.screenshot({ path, fullPage: true })
        files.push(path)
        await close()
      }
  } finally {
    await browser.close()
  }
  return files
}
if (process.argv[1] === import.meta.filename) {
  const [, , folder = 'pictures'] = process.argv
  for (const file of await takePictures(folder)) console.log(file)
}
