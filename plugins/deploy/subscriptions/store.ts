import { and, eq, sql } from 'drizzle-orm'
import type { Db, Place } from '#contract'
import type { Filter } from '../model.ts'
import { deploymentCards, subscriptions } from '../tables.ts'

export type Subscription = Omit<typeof subscriptions.$inferSelect, 'createdAt'>

/** Without the short-lived reply handle, which must not outlive its sealed copy. */
export function lasting(place: Place): Place {
  const { ticket: _t, ticketExpiresAtMs: _e, ...rest } = place
  return rest
}
/** The same place whatever is known of who can read it. */
export const placeKeyOf = ({ plugin, workspace, channel, thread }: Place): string =>
  JSON.stringify([plugin, workspace, channel, thread ?? null])
export const filterKeyOf = ({ environment, states, service }: Filter): string =>
  [environment ?? 'all', states === null ? 'all' : [...states].sort().join(','), ...(service ? [service] : [])].join(
    '|',
  )

export type SubscriptionStore = ReturnType<typeof createSubscriptions>
export function createSubscriptions(db: Db) {
  const s = subscriptions
  return {
    async list(workspace: string, topic: string): Promise<Subscription[]> {
      return db
        .select()
        .from(s)
        .where(and(eq(s.workspace, workspace), eq(s.topic, topic)))
        .orderBy(s.createdAt)
        .limit(1000)
    },
    /** Again, it replaces how and when the place is told. */
    async save(subscription: Subscription): Promise<void> {
      const { zone, quietFrom, quietTo, once, groupMinutes, place, by } = subscription
      await db
        .insert(s)
        .values(subscription)
        .onConflictDoUpdate({
          target: [s.workspace, s.topic, s.placeKey, s.filterKey],
          set: { zone, quietFrom, quietTo, once, groupMinutes, place, by },
        })
    },
    /** How many there were; without an environment, all of the place. `null` is the subscription to every environment. */
    async remove(
      workspace: string,
      topic: string,
      placeKey: string,
      environment: string | null | undefined,
    ): Promise<number> {
      const asked = sql`${s.filter} ->> 'environment'`
      const gone = await db
        .delete(s)
        .where(
          and(
            eq(s.workspace, workspace),
            eq(s.topic, topic),
            eq(s.placeKey, placeKey),
            environment === undefined ? undefined : sql`${asked} is not distinct from ${environment}::text`,
          ),
        )
        .returning({ topic: s.topic })
      return gone.length
    },
    /** Where the card of a deployment stands or shall stand. */
    async cards(workspace: string, number: number): Promise<{ placeKey: string; place: Place }[]> {
      return db
        .select({ placeKey: deploymentCards.placeKey, place: deploymentCards.place })
        .from(deploymentCards)
        .where(and(eq(deploymentCards.workspace, workspace), eq(deploymentCards.number, number)))
        .orderBy(deploymentCards.placeKey)
    },
    async addCard(workspace: string, number: number, place: Place): Promise<void> {
      const values = { workspace, number, placeKey: placeKeyOf(place), place: lasting(place) }
      await db.insert(deploymentCards).values(values).onConflictDoNothing()
    },
  }
}
