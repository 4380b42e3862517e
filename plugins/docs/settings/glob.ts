/** Wildcards of a settings file: `*` within a name, `**` across folders, `?` for one character. Nothing else, so that no pattern can be slow. */
export function matchesGlob(pattern: string, path: string): boolean {
  return matchParts(pattern.split('/'), path.split('/'))
}
export function matchesAny(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => matchesGlob(pattern, path))
}

/** Dynamic programming over both lists: a pattern of many stars costs its length times that of the path, never more. */
function matchParts(pattern: readonly string[], path: readonly string[]): boolean {
  let reached = new Set([0])
  for (const part of pattern) {
    const next = new Set<number>()
    for (const at of reached) {
      if (part === '**') for (let to = at; to <= path.length; to += 1) next.add(to)
      else {
        const name = path[at]
        if (name !== undefined && matchName(part, name)) next.add(at + 1)
      }
    }
    if (next.size === 0) return false
    reached = next
  }
  return reached.has(path.length)
}

function matchName(pattern: string, name: string): boolean {
  let p = 0
  let n = 0
  let star = -1
  let retry = 0
  while (n < name.length) {
    const wanted = pattern.charAt(p)
    if (wanted === '*') {
      star = p
      retry = n
      p += 1
    } else if (wanted !== '' && (wanted === '?' || wanted === name.charAt(n))) {
      p += 1
      n += 1
    } else if (star >= 0) {
      p = star + 1
      retry += 1
      n = retry
    } else return false
  }
  while (pattern.charAt(p) === '*') p += 1
  return p === pattern.length
}
