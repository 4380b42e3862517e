import { safeUrl } from '../shared/text.ts'
import { noteHtml } from './html.ts'
import { linkTo } from './markup.ts'
import type { Footer } from './render.ts'

/** How what comes regularly is ended. */
export function footerOf(url: string | null): Footer {
  const target = url === null ? null : safeUrl(url)
  const typed = 'To end these mails, write /digest unsubscribe where the hub listens.'
  if (target === null) return { html: noteHtml(typed), text: typed }
  return { html: noteHtml(linkTo(target, 'Unsubscribe')), text: `Unsubscribe: ${target.href}` }
}
