/** As much of JQL as a project's people write; what it does not know it refuses, as Jira does. */
export interface Searched {
  readonly id: string
  readonly project: string
  readonly key: string
  readonly type: string
  readonly status: string
  readonly labels: readonly string[]
  readonly text: string
  readonly createdMs: number
  readonly updatedMs: number
}
export interface Jql {
  matches(issue: Searched): boolean
  compare(one: Searched, other: Searched): number
}
type Test = (issue: Searched) => boolean
const TOKEN = /\s*(?:("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(>=|<=|!=|!~|[=~<>(),])|([^\s"'=~<>(),!]+))/y

export function parseJql(jql: string, nowMs: number): Jql | string {
  const tokens: { text: string; quoted: boolean }[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < jql.length) {
    const from = TOKEN.lastIndex
    const found = TOKEN.exec(jql)
    if (!found) {
      if (jql.slice(from).trim() === '') break
      return `Error in the JQL Query: unexpected character at ${from}`
    }
    const [, quote, sign, word] = found
    if (quote !== undefined) tokens.push({ text: quote.slice(1, -1).replace(/\\(.)/g, '$1'), quoted: true })
    else tokens.push({ text: sign ?? word ?? '', quoted: false })
  }
  let at = 0
  const isNext = (text: string) => !tokens[at]?.quoted && tokens[at]?.text.toUpperCase() === text
  const take = () => tokens[at++]?.text ?? ''
  const fail = (why: string): never => {
    throw new SyntaxError(`Error in the JQL Query: ${why}`)
  }
  const or = (): Test => {
    const tests = [and()]
    while (isNext('OR')) {
      at += 1
      tests.push(and())
    }
    return (issue) => tests.some((test) => test(issue))
  }
  const and = (): Test => {
    const tests = [term()]
    while (isNext('AND')) {
      at += 1
      tests.push(term())
    }
    return (issue) => tests.every((test) => test(issue))
  }
  const term = (): Test => {
    if (isNext('NOT')) {
      at += 1
      const inner = term()
      return (issue) => !inner(issue)
    }
    if (isNext('(')) {
      at += 1
      const inner = or()
      if (!isNext(')')) fail('a bracket is not closed')
      at += 1
      return inner
    }
    return clause()
  }
  const values = (): string[] => {
    if (!isNext('(')) return [take()]
    at += 1
    const all: string[] = []
    while (!isNext(')')) {
      all.push(take())
      if (isNext(',')) at += 1
      else if (!isNext(')')) fail('a list is not closed')
    }
    at += 1
    return all
  }
  const clause = (): Test => {
    const field = take().toLowerCase()
    const sign = take().toUpperCase()
    const given = values()
    if (given.some((value) => value === '')) fail('a value is missing')
    const own = (issue: Searched): readonly string[] => {
      if (field === 'project') return [issue.project]
      if (field === 'labels') return issue.labels
      if (field === 'status') return [issue.status]
      if (field === 'issuetype' || field === 'type') return [issue.type]
      return field === 'id' ? [issue.id] : [issue.key]
    }
    if (/^(?:project|labels|status|issuetype|type|key|id)$/.test(field) && /^(?:=|!=|IN)$/.test(sign)) {
      const wanted = given.map((value) => value.toLowerCase())
      const has = (issue: Searched) => own(issue).some((value) => wanted.includes(value.toLowerCase()))
      return sign === '!=' ? (issue) => !has(issue) : has
    }
    if (/^(?:text|summary|description)$/.test(field) && sign === '~')
      return (issue) =>
        (given[0] ?? '')
          .toLowerCase()
          .split(/\s+/)
          .every((word) => issue.text.toLowerCase().includes(word))
    if (/^(?:updated|created)$/.test(field) && (sign === '>=' || sign === '<=')) {
      const [, amount, unit = ''] = /^-(\d+)([mhd])$/.exec(given[0] ?? '') ?? fail('Date value is invalid')
      const agoMs = Number(amount) * ({ m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? 0)
      // Jira knows minutes, no seconds.
      const edge = Math.floor((nowMs - agoMs) / 60_000) * 60_000
      const of = (issue: Searched) => (field === 'updated' ? issue.updatedMs : issue.createdMs)
      return sign === '>=' ? (issue) => of(issue) >= edge : (issue) => of(issue) <= edge
    }
    return fail(`Field '${field}' does not exist or cannot be used with '${sign}'`)
  }
  try {
    const matches = tokens.length === 0 || isNext('ORDER') ? () => true : or()
    const orders: { field: string; down: boolean }[] = []
    if (isNext('ORDER')) {
      at += 1
      if (!isNext('BY')) fail('ORDER without BY')
      do {
        at += 1
        const field = take().toLowerCase()
        if (!/^(?:updated|created|id|key)$/.test(field)) fail(`cannot order by '${field}'`)
        const down = isNext('DESC')
        if (down || isNext('ASC')) at += 1
        orders.push({ field, down })
      } while (isNext(','))
    }
    if (at < tokens.length) fail(`unexpected '${tokens[at]?.text}'`)
    const orderOf = (issue: Searched, field: string) => {
      if (field === 'updated') return issue.updatedMs
      return field === 'created' ? issue.createdMs : Number(issue.key.replace(/\D/g, ''))
    }
    return {
      matches,
      compare(one, other) {
        for (const { field, down } of orders) {
          const difference = orderOf(one, field) - orderOf(other, field)
          if (difference !== 0) return down ? -difference : difference
        }
        return 0
      },
    }
  } catch (error) {
    if (error instanceof SyntaxError) return error.message
    throw error
  }
}
