import { sql } from 'drizzle-orm'
import { bigint, pgSchema, text, timestamp } from 'drizzle-orm/pg-core'

const hub = pgSchema('hub')
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** Who holds the one connection of an app to Discord's Gateway, and where it can be taken up again. */
export const discordGateway = hub.table('discord_gateway', {
  appId: text('app_id').primaryKey(),
  /** The process that leads, new for each start. */
  holder: text('holder').notNull(),
  expiresAt: at('expires_at').notNull(),
  /** Grows with each change of the holder: what an earlier one still writes does not count. */
  fence: bigint('fence', { mode: 'number' }).notNull().default(1),
  /** Discord's session and the last event of it that was stored; null: begin a new one. */
  session: text('session'),
  resumeUrl: text('resume_url'),
  sequence: bigint('sequence', { mode: 'number' }),
  updatedAt: at('updated_at').notNull().default(sql`clock_timestamp()`),
})
