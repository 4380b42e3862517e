/**
 * Providers before those who require them; otherwise the given order. A circle is named instead.
 * @example startOrder(['a', 'b'], (name) => (name === 'a' ? ['b'] : [])) // { order: ['b', 'a'] }
 */
export function startOrder(
  names: readonly string[],
  needs: (name: string) => readonly string[],
): { readonly order: readonly string[] } | { readonly cycle: readonly string[] } {
  const order: string[] = []
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): readonly string[] | null => {
    if (done.has(name)) return null
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
    for (const need of needs(name)) {
      const cycle = visit(need, [...path, name])
      if (cycle) return cycle
    }
    done.add(name)
    order.push(name)
    return null
  }
  for (const name of names) {
    const cycle = visit(name, [])
    if (cycle) return { cycle }
  }
  return { order }
}
