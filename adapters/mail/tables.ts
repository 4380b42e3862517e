import { sql } from 'drizzle-orm'
import { bigint, jsonb, pgSchema, text, timestamp } from 'drizzle-orm/pg-core'

const hub = pgSchema('hub')
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** Who reads a mailbox, and up to which mail it was read. */
export const mailIntake = hub.table('mail_intake', {
  /** Server, user and folder, without the password. */
  mailbox: text('mailbox').primaryKey(),
  /** The process that leads, new for each start. */
  holder: text('holder').notNull(),
  expiresAt: at('expires_at').notNull(),
  /** Grows with each change of the holder: what an earlier one still writes does not count. */
  fence: bigint('fence', { mode: 'number' }).notNull().default(1),
  /** A `Position`; null: nothing was read yet. */
  position: jsonb('position'),
  updatedAt: at('updated_at').notNull().default(sql`clock_timestamp()`),
})
