import { openSearch } from './search.js'

const menu = document.querySelector('button.menu')
const side = document.querySelector('nav.side')
menu.addEventListener('click', () => {
  const open = menu.getAttribute('aria-expanded') !== 'true'
  menu.setAttribute('aria-expanded', String(open))
  side.classList.toggle('open', open)
})
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || menu.getAttribute('aria-expanded') !== 'true') return
  menu.click()
  menu.focus()
})
document.documentElement.classList.add('scripted')
// Only within the list: the page itself stays where the address points.
const here = side.querySelector('[aria-current]')
if (here) side.scrollTop = Math.max(0, here.offsetTop - side.clientHeight / 2)

openSearch(document.querySelector('.search'), new URL(document.body.dataset.root, location.href))

const diagrams = document.querySelectorAll('figure.diagram')
if (diagrams.length > 0) {
  const { drawDiagrams } = await import('./diagrams.js')
  await drawDiagrams(diagrams, new URL(document.body.dataset.root, location.href))
}
