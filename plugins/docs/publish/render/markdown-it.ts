import { createRequire } from 'node:module'

/** The part of markdown-it that is used here. */
export interface Token {
  type: string
  tag: string
  content: string
  info: string
  hidden: boolean
  map: [number, number] | null
  children: Token[] | null
  attrGet(name: string): string | null
  attrSet(name: string, value: string): void
}
export interface InlineState {
  src: string
  pos: number
  push(type: string, tag: string, nesting: number): Token
}
export interface BlockState {
  src: string
  line: number
  bMarks: number[]
  tShift: number[]
  eMarks: number[]
  sCount: number[]
  blkIndent: number
}
type Render = (tokens: Token[], index: number, options: unknown, env: unknown, self: Renderer) => string
interface Renderer {
  rules: Record<string, Render | undefined>
  renderToken(tokens: Token[], index: number, options: unknown): string
}
export interface MarkdownIt {
  validateLink(url: string): boolean
  readonly renderer: Renderer
  readonly core: {
    readonly ruler: { push(name: string, rule: (state: { tokens: Token[]; env: unknown }) => void): void }
  }
  readonly inline: {
    readonly ruler: { before(at: string, name: string, rule: (state: InlineState, silent: boolean) => boolean): void }
  }
  readonly block: {
    readonly ruler: {
      before(
        at: string,
        name: string,
        rule: (state: BlockState, start: number, end: number, silent: boolean) => boolean,
        options: { readonly alt: readonly string[] },
      ): void
    }
  }
  render(text: string, env: unknown): string
}
type Make = new (options: { readonly html: boolean; readonly linkify: boolean }) => MarkdownIt

/** Eleventy's own markdown-it, of the version it was tested with. */
export function loadMarkdownIt(): Make {
  const own = createRequire(import.meta.url)
  return createRequire(own.resolve('@11ty/eleventy'))('markdown-it') as Make
}
