import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
export const hasChromium = existsSync(EXECUTABLE)
if (!hasChromium)
  console.warn(`${EXECUTABLE} is absent: the tests in a real browser are skipped (CHROMIUM_PATH names another)`)

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** Console errors, uncaught errors, policy violations and requests to other hosts. */
  readonly complaints: string[]
}
/** A fresh profile that signs in by the printed link. */
export async function visit(
  browser: Browser,
  url: string,
  token: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 860 }, ...options })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complaints.push(`requested ${request.url()}`)
  })
  await page.goto(`${url}/?token=${token}`)
  await page.locator('#connection[data-state="live"]').waitFor()
  return { page, context, complaints }
}
