const FONT = 'font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif'
const MONO = 'font-family:Consolas,Menlo,Monaco,monospace'
/** A long word or address breaks rather than widen the page. */
export const BREAK = 'word-break:break-word;overflow-wrap:anywhere'

export const WHOLE_WORDS = 'word-break:normal;overflow-wrap:normal'

/** Inline, because Gmail drops the style sheet of a forwarded mail and Outlook for Windows knows hardly any of it. */
export const STYLES = {
  page: 'margin:0;padding:0;background-color:#f5f6f8',
  outer: 'padding:16px 8px',
  card: `background-color:#ffffff;border:1px solid #d1d9e0;border-radius:8px;padding:20px 22px;${FONT};font-size:15px;line-height:22px;color:#1f2328;text-align:left;${BREAK}`,
  block: 'padding:0 0 14px 0',
  headingBlock: 'padding:8px 0 6px 0',
  heading: `margin:0;${FONT};font-size:18px;line-height:24px;font-weight:600;color:#1f2328;${BREAK}`,
  text: `${FONT};font-size:15px;line-height:22px;color:#1f2328;${BREAK}`,
  note: `${FONT};font-size:13px;line-height:19px;color:#59636e;${BREAK}`,
  code: `${MONO};font-size:13px;background-color:#f6f8fa;padding:1px 4px;border-radius:4px;${BREAK}`,
  codeBox: `${MONO};font-size:13px;line-height:19px;background-color:#f6f8fa;color:#1f2328;padding:10px 12px;border-radius:6px;${BREAK}`,
  quote: 'color:#59636e;border-left:3px solid #d1d9e0;padding-left:8px',
  link: 'color:#0969da;text-decoration:underline',
  label: `${FONT};font-size:14px;line-height:20px;font-weight:600;color:#1f2328;padding:4px 10px 4px 0;vertical-align:top;${BREAK}`,
  value: `${FONT};font-size:14px;line-height:20px;color:#1f2328;padding:4px 0;vertical-align:top;${BREAK}`,
  head: `${FONT};font-size:13px;line-height:18px;font-weight:600;color:#59636e;text-align:left;padding:4px 8px 4px 0;border-bottom:1px solid #d1d9e0;vertical-align:bottom`,
  cell: `${FONT};font-size:14px;line-height:20px;color:#1f2328;text-align:left;padding:4px 8px 4px 0;border-bottom:1px solid #d1d9e0;vertical-align:top`,
  barLabel: `${FONT};font-size:14px;line-height:20px;color:#1f2328;padding:0 0 3px 0;${BREAK}`,
  bar: 'height:8px;line-height:8px;font-size:1px',
} as const

/** For programs that show what is dark outside dark inside as well. Outlook on the web marks what it has recoloured by `data-ogsc`. */
const DARK = [
  '.p{background-color:#0d1117!important}',
  '.c{background-color:#161b22!important;border-color:#30363d!important;color:#e6edf3!important}',
  '.t{color:#e6edf3!important;border-color:#30363d!important}',
  '.m{color:#9198a1!important;border-color:#30363d!important}',
  '.k{background-color:#21262d!important;color:#e6edf3!important}',
  '.a{color:#4493f8!important}',
  '.e{background-color:#30363d!important}',
  '.n{color:#3fb950!important}',
  '.o{color:#ff7b72!important}',
]
export const SHEET = [
  ':root{color-scheme:light dark;supported-color-schemes:light dark}',
  'body{-webkit-text-size-adjust:100%}',
  `@media (prefers-color-scheme:dark){${DARK.join('')}}`,
  ...DARK.map((rule) => `[data-ogsc] ${rule}`),
].join('')
