/** Draws each diagram in the place of its text; one that cannot be drawn stays text, with the reason. */
export async function drawDiagrams(figures, root) {
  const { default: mermaid } = await import(new URL('mermaid/mermaid.esm.min.mjs', root).href)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const texts = [...figures].map((figure) => [figure, figure.textContent, figure.firstElementChild])
  const draw = async () => {
    // `strict`: labels are text, clicks do nothing.
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: 'strict',
      theme: dark.matches ? 'dark' : 'neutral',
      themeVariables: { edgeLabelBackground: getComputedStyle(document.body).backgroundColor },
      suppressErrorRendering: true,
      fontFamily: 'inherit',
    })
    for (const [index, [figure, text, source]] of texts.entries()) {
      try {
        const { svg } = await mermaid.render(`diagram-${index}`, text)
        const drawn = new DOMParser().parseFromString(svg, 'text/html').querySelector('svg')
        drawn.setAttribute('role', 'img')
        // On a telephone it is pushed aside rather than made too small to read.
        drawn.style.minWidth = `${Math.min(drawn.viewBox.baseVal.width, 620)}px`
        figure.replaceChildren(drawn)
      } catch (error) {
        const note = document.createElement('figcaption')
        note.textContent = `This diagram cannot be drawn: ${String(error?.message ?? error).split('\n', 1)[0]}`
        figure.replaceChildren(source, note)
      }
      figure.dataset.state = 'drawn'
    }
  }
  dark.addEventListener('change', draw)
  await draw()
}
