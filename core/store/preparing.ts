import type postgres from 'postgres'

/** Of the texts that are prepared: lists make one of their own for each length, and the server keeps all of them for every connection. */
const MOST_TEXTS = 200
const LONGEST = 4_000

/**
 * drizzle asks for no prepared statements, and then the driver takes two round trips for every query: one to learn the types, one to run it. A text that
 * is prepared takes one.
 */
export function preparing(client: postgres.Sql): postgres.Sql {
  const texts = new Set<string>()
  const isKept = (text: string): boolean => {
    if (texts.has(text)) return true
    if (texts.size >= MOST_TEXTS || text.length > LONGEST) return false
    texts.add(text)
    return true
  }
  const wrap = <T extends postgres.Sql | postgres.TransactionSql>(on: T): T =>
    new Proxy(on, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        if (key === 'unsafe')
          return (text: string, params: unknown[] = [], options: object = {}) =>
            Reflect.apply(value, target, [text, params, { ...options, prepare: params.length > 0 && isKept(text) }])
        if (key !== 'begin' && key !== 'savepoint') return value
        return (...given: unknown[]) =>
          Reflect.apply(
            value,
            target,
            given.map((one) => (typeof one === 'function' ? (tx: postgres.TransactionSql) => one(wrap(tx)) : one)),
          )
      },
    })
  return wrap(client)
}
