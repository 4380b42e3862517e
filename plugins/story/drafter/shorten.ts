/** Cut at a word, with an ellipsis that says so. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text
  const cut = text.slice(0, max)
  return `${cut
    .slice(0, Math.max(cut.lastIndexOf(' '), Math.floor(max / 2)))
    .replace(/[\s,;:–-]+$/, '')
    .toWellFormed()}…`
}
