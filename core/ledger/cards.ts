import { isAway, type Sql } from '../store/sql.ts'
import { insertSends, type NewSend, sendRows } from './sends.ts'

/** A card's sends, of which one is stored. */
export interface CardSends {
  readonly workspace: string
  readonly lane: string
  readonly card: { readonly of: string; readonly revision: number }
  /** The post, where it never stood. */
  readonly first: NewSend
  /** A new post, where the last one could not be made. */
  readonly again: NewSend
  /** An edit of what was posted with this key. */
  edit(standing: string): NewSend
}

interface Standing {
  readonly key: string
  readonly op: 'post' | 'update'
  readonly state: string
  readonly revision: number
}
const STANDING = `
  select key, op, state, (message -> 'card' ->> 'revision')::float8 as revision from hub.outbox
  where workspace = $1 and lane = $2 and message ? 'card' and message -> 'card' ->> 'of' = $3 order by seq`

/** Stores the one send that brings a card to its revision; what a later revision has overtaken, or a repeat, stores nothing. */
export async function showCard(sql: Sql, sends: CardSends, storable: (json: string) => string): Promise<void> {
  const { workspace, lane, card } = sends
  for (let tries = 1; ; tries += 1) {
    try {
      await sql.transaction(async (tx) => {
        // Jobs that show one card at once take turns: the last revision is the last in the lane.
        // Sent together, done one after the other.
        const [, rows] = await Promise.all([
          tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`${workspace}|${lane}|${card.of}`]),
          tx.query<Standing>(STANDING, [workspace, lane, card.of]),
        ])
        const alive = rows.filter(({ state }) => state !== 'dead' && state !== 'superseded')
        if (alive.some(({ revision }) => revision >= card.revision)) return
        const post = alive.findLast(({ op }) => op === 'post')
        const send = post ? sends.edit(post.key) : rows.length > 0 ? sends.again : sends.first
        const overtake = `update hub.outbox set state = 'superseded', finished_at = clock_timestamp()
          where lane = $1 and supersedes = $2 and state = 'pending' and attempts = 0`
        await Promise.all([
          post && tx.query(overtake, [lane, send.supersedes]),
          tx.query(insertSends('$1', ''), [JSON.stringify(sendRows([send], storable))]),
        ])
      })
      return
    } catch (error) {
      if (isAway(error) || tries >= 3) throw error
    }
  }
}
