import { createSlackAdapter } from '@chat-adapter/slack'
import { createMemoryState } from '@chat-adapter/state-memory'
import { serve } from '@hono/node-server'
import { Chat, ConsoleLogger } from 'chat'

/** Chat SDK behind the fastest Node server for fetch handlers, acknowledging at once and keeping its state in memory. */
const { secret, token, apiUrl } = JSON.parse(process.argv[2])
const bot = new Chat({
  userName: 'hub',
  adapters: {
    slack: createSlackAdapter({ botToken: token, signingSecret: secret, apiUrl, logger: new ConsoleLogger('error') }),
  },
  state: createMemoryState(),
  logger: 'error',
})
bot.onSlashCommand('/echo', async () => undefined)
await bot.initialize()
const server = serve({ fetch: (request) => bot.webhooks.slack(request), port: 0, hostname: '127.0.0.1' }, ({ port }) =>
  process.send({ port, path: '/slack' }),
)
process.on('disconnect', () => {
  server.close()
  process.exit(0)
})
