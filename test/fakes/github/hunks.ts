const CONTEXT = 3
/** Above this many steps everything counts as replaced, as a diff that nobody would read. */
const MAX_STEPS = 4_000

interface Line {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}
/** Unified hunks as GitHub puts them into `patch`: without file headers. */
export function unifiedHunks(before: string, after: string): { patch: string; added: number; removed: number } {
  const lines = diff(linesOf(before), linesOf(after))
  const added = lines.filter(({ sign }) => sign === '+').length
  const removed = lines.filter(({ sign }) => sign === '-').length
  const hunks: string[] = []
  let [oldAt, newAt, at] = [1, 1, 0]
  while (at < lines.length) {
    if (lines[at]?.sign === ' ') {
      oldAt++
      newAt++
      at++
      continue
    }
    const start = Math.max(0, at - CONTEXT)
    let end = at
    for (let i = at; i < lines.length && i - end <= CONTEXT * 2; i++) if (lines[i]?.sign !== ' ') end = i
    const shown = lines.slice(start, Math.min(lines.length, end + CONTEXT + 1))
    const count = (sign: '-' | '+') => shown.filter((line) => line.sign !== (sign === '-' ? '+' : '-')).length
    const from = (first: number, size: number) => (size === 0 ? first - (at - start) - 1 : first - (at - start))
    hunks.push(
      `@@ -${from(oldAt, count('-'))},${count('-')} +${from(newAt, count('+'))},${count('+')} @@`,
      ...shown.map(({ sign, text }) => `${sign}${text}`),
    )
    for (; at < start + shown.length; at++) {
      if (lines[at]?.sign !== '+') oldAt++
      if (lines[at]?.sign !== '-') newAt++
    }
  }
  return { patch: hunks.join('\n'), added, removed }
}
function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}
/** Myers' greedy algorithm, http://www.xmailserver.org/diff2.pdf */
function diff(a: readonly string[], b: readonly string[]): Line[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const keep = (text: string): Line => ({ sign: ' ', text })
  return [
    ...a.slice(0, head).map(keep),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(keep),
  ]
}
function middle(a: readonly string[], b: readonly string[]): Line[] {
  const all = (): Line[] => [
    ...a.map((text): Line => ({ sign: '-', text })),
    ...b.map((text): Line => ({ sign: '+', text })),
  ]
  if (a.length === 0 || b.length === 0) return all()
  const trail: Map<number, number>[] = []
  const reach = new Map<number, number>([[1, 0]])
  const at = (map: ReadonlyMap<number, number>, k: number) => map.get(k) ?? -1
  const most = Math.min(a.length + b.length, MAX_STEPS)
  for (let d = 0; d <= most; d++) {
    trail.push(new Map(reach))
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1))
      let x = down ? at(reach, k + 1) : at(reach, k - 1) + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      reach.set(k, x)
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, trail, d)
    }
  }
  return all()
}
function walkBack(
  a: readonly string[],
  b: readonly string[],
  trail: readonly ReadonlyMap<number, number>[],
  steps: number,
): Line[] {
  const lines: Line[] = []
  let [x, y] = [a.length, b.length]
  for (let d = steps; d >= 0; d--) {
    const reach = trail[d] ?? new Map<number, number>()
    const k = x - y
    const at = (one: number) => reach.get(one) ?? -1
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1))
    const previous = down ? k + 1 : k - 1
    const [toX, toY] = d === 0 ? [0, 0] : [at(previous), at(previous) - previous]
    while (x > toX && y > toY) {
      lines.push({ sign: ' ', text: a[x - 1] ?? '' })
      x--
      y--
    }
    if (d > 0) {
      if (down) lines.push({ sign: '+', text: b[toY] ?? '' })
      else lines.push({ sign: '-', text: a[toX] ?? '' })
    }
    ;[x, y] = [toX, toY]
  }
  return lines.reverse()
}
