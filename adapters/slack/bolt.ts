import type { Hub } from '#contract'
import type { SlackConfig } from './config.ts'
import type { Inbound } from './inbound.ts'
import type { Lifecycle } from './lifecycle.ts'
import { slackLogger } from './logger.ts'
import { FORM_CALLBACK } from './modal.ts'
import { createReceiver, type FetchReceiver } from './receiver.ts'
import { SHORTCUT_CALLBACK } from './shortcut.ts'

/** Bolt routes mentions, messages, buttons and forms. Loaded with the first of them. */
export async function createBolt(
  hub: Hub<SlackConfig>,
  inbound: Inbound,
  lifecycle: Lifecycle,
): Promise<FetchReceiver> {
  const { App } = await import('@slack/bolt')
  const receiver = createReceiver()
  const app = new App({
    receiver,
    // With `token` Bolt would call auth.test here. Nothing is called through Bolt, so it needs none.
    authorize: async () => ({}),
    clientOptions: { slackApiUrl: hub.config.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
    logger: slackLogger(hub.log),
    // It knows only the bot of an auth.test; ours looks at the event itself.
    ignoreSelf: false,
    convoStore: false,
  })
  // Bolt would log the error and answer 200.
  app.error(async (error) => {
    throw error
  })
  app.event('app_mention', ({ body, event }) => inbound.mention(body, event))
  app.event('message', ({ body, event }) => inbound.directMessage(body, event))
  app.event('app_home_opened', ({ body, event }) => inbound.home(body, event))
  app.event('app_uninstalled', ({ body }) => lifecycle.uninstalled(body))
  app.event('tokens_revoked', ({ body, event }) => lifecycle.revoked(body, event))
  app.action({ type: 'block_actions' }, async ({ body, ack }) => {
    await inbound.click(body)
    await ack()
  })
  app.shortcut({ callback_id: SHORTCUT_CALLBACK, type: 'message_action' }, async ({ body, ack }) => {
    await inbound.shortcut(body)
    await ack()
  })
  app.view(FORM_CALLBACK, async ({ body, ack }) => {
    const answer = await inbound.submit(body)
    if (answer) await ack(answer)
    else await ack()
  })
  return receiver
}
