import { createHash } from 'node:crypto'
import type { CriteriaSection, SectionWrite } from '#contract'
import { type AdfDoc, type AdfNode, EM, paragraph, plainText, text } from './adf.ts'
import { criterionNodes, hashOf, isSame, readCriteria, type Stretch } from './criteria.ts'
import { inlineOf } from './inlines.ts'
import { noteHash, type Proof } from './mark.ts'

const TITLE = 'Acceptance criteria'

/**
 * Position of our panel among the blocks of a description; -1 without one. A marker counts only with the property that names it. Of several, as
 * after somebody copied it within the issue, the one that is most like what was written.
 */
export function panelAt(doc: AdfDoc, proof: Proof | null): number {
  if (proof === null) return -1
  const likeness = (node: AdfNode): number => {
    if (node.type !== 'panel') return 0
    const marks = (node.attrs?.localId === proof.marker ? 1 : 0) + (isSigned(node, proof.marker) ? 2 : 0)
    return marks === 0 ? 0 : marks + (readSection(node.content ?? [], proof)?.hash === proof.hash ? 4 : 0)
  }
  let [best, at] = [0, -1]
  doc.content.forEach((node, i) => {
    const found = likeness(node)
    if (found > best) [best, at] = [found, i]
  })
  return at
}
function isSigned({ content = [] }: AdfNode, marker: string): boolean {
  return content.some((node) => isFooter(node, marker))
}
function isFooter(node: AdfNode, marker: string): boolean {
  return node.type === 'paragraph' && plainText(node).includes(marker)
}
/** Parts of a section that are ours and no criteria are left out. */
function stretches(nodes: readonly AdfNode[], proof: Proof | null): readonly Stretch[] {
  return readCriteria(nodes.filter((node) => !isOwn(node, proof)))
}
function isOwn(node: AdfNode, proof: Proof | null): boolean {
  if (proof === null) return false
  if (node.type === 'heading') return plainText(node).trim() === TITLE
  if (node.type !== 'paragraph') return false
  return isFooter(node, proof.marker) || proof.notes.includes(noteHash(plainText(node)))
}
/** `nodes`: what stands in the place; null where the section is gone. */
export function readSection(nodes: readonly AdfNode[] | null, proof: Proof | null): CriteriaSection | null {
  const criteria = (nodes === null ? [] : stretches(nodes, proof)).flatMap((one) =>
    one.kind === 'criterion' && (one.criterion.title !== '' || one.criterion.id !== null) ? [one.criterion] : [],
  )
  if (proof === null && criteria.length === 0) return null
  return { criteria, storyRef: proof?.story ?? null, writtenHash: proof?.hash ?? null, hash: hashOf(criteria) }
}
/**
 * The section as it is to stand. Criteria that stay the same keep their own nodes, mentions and formats included; what people put between them is
 * moved behind them and never dropped.
 */
export function composeSection(
  nodes: readonly AdfNode[] | null,
  proof: Proof | null,
  { criteria, notes, storyRef }: Pick<SectionWrite, 'criteria' | 'notes' | 'storyRef'>,
  { marker, heading }: { readonly marker: string; readonly heading: boolean },
): { readonly nodes: readonly AdfNode[]; readonly notes: readonly string[] } {
  const known = nodes === null ? [] : stretches(nodes, proof)
  const first = known.findIndex(({ kind }) => kind === 'criterion')
  const kept = (from: number, to: number) =>
    known.slice(from, to).flatMap((one) => (one.kind === 'kept' ? [one.node] : []))
  const title = nodes?.find((node) => node.type === 'heading' && isOwn(node, proof))
  const added = nodes === null && heading ? headingNode() : null
  const written = criteria.flatMap((criterion) => {
    const same = known.find(
      (one) => one.kind === 'criterion' && one.nodes.length > 0 && isSame(one.criterion, criterion),
    )
    return same?.kind === 'criterion' ? same.nodes : criterionNodes(criterion)
  })
  const noteNodes = notes.map((note) => paragraph(...inlineOf(note.replace(/\s+/g, ' ').trim(), [EM]).map(onlyEm)))
  const shown = noteNodes.filter((node) => plainText(node).trim() !== '')
  return {
    nodes: [
      ...[title ?? added].filter((node) => node !== null),
      ...kept(0, Math.max(0, first)),
      ...written,
      ...kept(Math.max(0, first), known.length),
      ...shown,
      footer(storyRef, marker),
    ],
    notes: shown.map((node) => noteHash(plainText(node))),
  }
}
/** What people put into a section that moves away. */
export function leftover(nodes: readonly AdfNode[], proof: Proof): readonly AdfNode[] {
  return stretches(nodes, proof).flatMap((one) => (one.kind === 'kept' ? [one.node] : []))
}
/** Code takes no mark beside a link. */
function onlyEm(node: AdfNode): AdfNode {
  if (!node.marks?.some(({ type }) => type === 'code')) return node
  return { ...node, marks: node.marks.filter(({ type }) => type === 'code' || type === 'link') }
}
function headingNode(): AdfNode {
  return { type: 'heading', attrs: { level: 3 }, content: [text(TITLE)] }
}
function footer(storyRef: string, marker: string): AdfNode {
  return paragraph(text(`${storyRef} · kept in step by AutoDevHub · ${marker}`, EM))
}
/** Our panel in a description; an existing one keeps its colour and icon. */
export function panelNode(content: readonly AdfNode[], marker: string, before: AdfNode | undefined): AdfNode {
  return { type: 'panel', attrs: { panelType: 'info', localId: marker, ...before?.attrs }, content }
}
/** Of whatever stands beside the section, whichever way Jira orders the keys; white space between blocks of wiki markup is left out. */
export function contentHash(nodes: readonly AdfNode[]): string {
  return createHash('sha256').update(canonical(nodes)).digest('hex').slice(0, 32)
}
/** JSON with the keys in order. */
function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const named = value as Readonly<Record<string, unknown>>
  let out = '{'
  for (const key of Object.keys(named).sort())
    if (key !== 'gap' && named[key] !== undefined) out += `${JSON.stringify(key)}:${canonical(named[key])},`
  return `${out}}`
}
