import bolt from '@slack/bolt'

/** Bolt with its own HTTPReceiver, acknowledging at once and storing nothing. */
const { secret, token } = JSON.parse(process.argv[2])
const receiver = new bolt.HTTPReceiver({
  signingSecret: secret,
  endpoints: '/slack/events',
  logLevel: bolt.LogLevel.ERROR,
})
const app = new bolt.App({
  receiver,
  authorize: async () => ({ botToken: token, botId: 'B0000001', botUserId: 'U0BOT0001' }),
  logLevel: bolt.LogLevel.ERROR,
})
app.command('/echo', async ({ ack }) => {
  await ack()
})
const server = await app.start({ port: 0, host: '127.0.0.1' })
process.on('disconnect', () => process.exit(0))
process.send({ port: server.address().port, path: '/slack/events' })
