/**
 * Makes an element. Children are nodes or text; text is never markup. `on…` attributes are listeners, false and null ones are left out.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else node.setAttribute(name, value === true ? '' : String(value))
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false))
  return node
}
export const byId = (id) => document.getElementById(id)

/** An address a link may open, or null. */
export function webAddress(text) {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null
}
export function externalLink(address, attributes, ...children) {
  return el(
    'a',
    { href: address, target: '_blank', rel: 'noopener noreferrer nofollow', title: address, ...attributes },
    children,
  )
}

/** Says something to screen readers without showing it. */
export function announce(text) {
  byId('announcer').textContent = text
}
