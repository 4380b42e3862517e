import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgSchema, primaryKey, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { Place } from '#contract'

const hub = pgSchema('hub')
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** Who hears regularly what was deployed: one row for each recipient of a workspace. */
export const digestSubscriptions = hub.table(
  'digest_subscriptions',
  {
    workspace: text('workspace').notNull(),
    id: uuid('id').notNull(),
    /** 'mail:ann@example.com' or '<plugin>|<workspace>|<channel>': one digest for each. */
    recipient: text('recipient').notNull(),
    /** Of a mailbox, in lower case; null for a channel. */
    address: text('address'),
    /** What people call it: the address, or 'this channel'. */
    label: text('label').notNull(),
    place: jsonb('place').$type<Place>().notNull(),
    cadence: text('cadence').$type<'daily' | 'weekly'>().notNull(),
    /** ISO: 1 is Monday; of a weekly one. */
    weekday: integer('weekday').notNull(),
    atMinute: integer('at_minute').notNull(),
    zone: text('zone').notNull(),
    quiet: text('quiet').$type<'silent' | 'line'>().notNull(),
    state: text('state').$type<'unconfirmed' | 'active' | 'stopped'>().notNull(),
    /** Why it was stopped, in words. */
    stopped: text('stopped'),
    /** '<plugin>:<account id>' of who subscribed it, and the name at that time. */
    owner: text('owner').notNull(),
    ownerName: text('owner_name').notNull(),
    /** Where it was subscribed: there its owner is told, alone, that it stopped. */
    askedAt: jsonb('asked_at').$type<Place>(),
    /** End of the last window that was sent or found quiet: the next one begins there. */
    coveredUntil: at('covered_until').notNull(),
    /** End of the window that is sent next; null while nothing is sent. */
    dueAt: at('due_at'),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
    updatedAt: at('updated_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.id] }),
    uniqueIndex('digest_subscriptions_recipient').on(t.workspace, t.recipient),
    index('digest_subscriptions_owner').on(t.workspace, t.owner),
    index('digest_subscriptions_due').on(t.dueAt).where(sql`due_at is not null`),
    index('digest_subscriptions_address').on(t.address).where(sql`address is not null`),
  ],
)
