/** Markup that is safe to stand as it is. */
export interface Html {
  readonly html: string
}
type Value = string | number | Html | null | false | readonly Html[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char)

/** Every value is escaped unless it is markup already. @example html`<a href="${href}">${title}</a>` */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: strings.reduce((all, string, i) => `${all}${shown(values[i - 1] ?? null)}${string}`) }
}
function shown(value: Value): string {
  if (value === null || value === false) return ''
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value))
  return 'html' in value ? value.html : value.map((one) => one.html).join('')
}
