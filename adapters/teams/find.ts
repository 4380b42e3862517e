import { type Delivery, HubError, type Posted } from '#contract'

/**
 * Teams shows a bot no message of its own again without Graph permissions that most tenants do not give, and drops no repeats. So only
 * an edit, which can be repeated, is settled; a post is held for a person.
 */
export async function find(delivery: Delivery): Promise<Posted | null> {
  if (delivery.op === 'update') return null
  throw new HubError(
    'UNSUPPORTED',
    'Teams cannot be asked whether a message arrived; look in the conversation, then resend or confirm it',
  )
}
