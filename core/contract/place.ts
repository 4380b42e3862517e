/** How widely a place can be read; unknown counts as the widest. */
export type Visibility = 'private' | 'team' | 'public'

/** Where a message goes. Ids are the platform's own and opaque outside its adapter. */
export interface Place {
  /** Adapter that owns the place. */
  readonly plugin: string
  /** Tenant: `<plugin>:<platform workspace id>`. Key of every row. */
  readonly workspace: string
  readonly channel: string
  /** Root of the thread, when there is one. */
  readonly thread?: string
  readonly visibility: Visibility
  /** Short-lived reply handle (Slack `response_url`, Discord interaction token). Sealed at rest, dropped at expiry. */
  readonly ticket?: string
  /** When the ticket dies, in epoch milliseconds. */
  readonly ticketExpiresAtMs?: number
}
/** A message that stands on a platform. `message` is the platform's id for it. */
export interface Posted extends Place {
  readonly message: string
}
