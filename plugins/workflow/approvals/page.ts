import type { Approval } from './approval.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => ESCAPES[one] ?? one)

/** Nothing but this page: no script, no frame, no address passed on. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}
const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;color:#1f2328;background:#fff}' +
  'h1{font-size:1.25rem}pre{white-space:pre-wrap;background:#f6f8fa;padding:1rem;border-radius:.5rem;font:inherit}' +
  'button{font:inherit;padding:.5rem 1.25rem;border-radius:.4rem;border:1px solid #d0d7de;cursor:pointer}' +
  '.yes{background:#1a7f37;color:#fff}.no{background:#cf222e;color:#fff}textarea{width:100%;box-sizing:border-box;font:inherit}' +
  'fieldset{border:0;padding:0;margin:1.5rem 0}small{color:#59636e}' +
  '@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}pre{background:#161b22}small{color:#9198a1}}'

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head><body><h1>${escaped(title)}</h1>${body}</body></html>`
}
/** What is asked, with a form. Showing it changes nothing: programs open links too. */
export function questionPage(
  workflow: string,
  reference: string,
  approval: Pick<Approval, 'subject' | 'step'>,
  as: string,
): string {
  return page(
    `${workflow} · ${reference}`,
    `<p><b>${escaped(approval.step)}</b> waits for your approval:</p><pre>${escaped(approval.subject)}</pre>` +
      '<form method="post"><button class="yes" name="vote" value="approve">Approve</button></form>' +
      '<form method="post"><fieldset><label for="reason">Why not?</label><textarea id="reason" name="reason" rows="3" minlength="3" maxlength="500" required></textarea></fieldset>' +
      `<button class="no" name="vote" value="reject">Reject</button></form><p><small>You answer as ${escaped(as)}.</small></p>`,
  )
}
export function notePage(title: string, text: string): string {
  return page(title, `<p>${escaped(text)}</p>`)
}
