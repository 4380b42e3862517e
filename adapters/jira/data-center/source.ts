import type { AdfNode } from '../adf.ts'

/** What a block read from wiki markup keeps of it, so that it goes back byte for byte. */
export interface Source {
  /** The block as it was written. A container has `open` and `close` in its place, and keeps its blocks in between. */
  readonly wiki?: string
  readonly open?: string
  readonly close?: string
  /** White space up to the next block; no part of what a block says. See also `contentHash`. */
  readonly gap?: string
}
export function sourceOf({ attrs = {} }: AdfNode): Source {
  const { wiki, open, close, gap } = attrs
  return {
    ...(typeof wiki === 'string' ? { wiki } : {}),
    ...(typeof open === 'string' ? { open } : {}),
    ...(typeof close === 'string' ? { close } : {}),
    ...(typeof gap === 'string' ? { gap } : {}),
  }
}
export function withSource(node: AdfNode, source: Source): AdfNode {
  return { ...node, attrs: { ...node.attrs, ...source } }
}
/** Stands in the heading of our section, where nobody sees it. */
const ANCHOR = /\{anchor:hub-([0-9a-f]{12})\}/
export function anchorOf(marker: string): string {
  return `{anchor:hub-${marker}}`
}
export function anchorIn(wiki: string): string | null {
  return ANCHOR.exec(wiki)?.[1] ?? null
}
const SECTION = /(?<!\\)\{panel(?::[^}\n]*)?\}[ \t]*\r?\n[^\n]{0,80}\{anchor:hub-[0-9a-f]{12}\}/g

/** Where `token` stands from there on; -1 where a section of ours begins before: what people left open ends above it. */
export function closingAt(wiki: string, from: number, token: string): number {
  const at = wiki.indexOf(token, from)
  return at < 0 || isCut(wiki, from, at) ? -1 : at
}
export function isCut(wiki: string, from: number, at: number): boolean {
  SECTION.lastIndex = from
  const begins = SECTION.exec(wiki)?.index ?? wiki.length
  return begins <= at
}
