import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { ANN_DM, type DiscordFake, startDiscordFake } from '../../test/fakes/discord/index.ts'
import { createClient, type DiscordClient } from './client.ts'
import { config } from './config.ts'

const DAY_MS = 86_400_000
/** discord.js allows itself fifty requests in a second of the wall clock. */
const MORE_THAN_A_SECOND_TAKES = 60

let fake: DiscordFake
let client: DiscordClient
beforeAll(async () => {
  fake = await startDiscordFake()
  client = createClient(
    config.parse({ appId: fake.appId, publicKey: fake.publicKey, botToken: fake.botToken, apiUrl: fake.apiUrl }),
  )
})
afterEach(() => vi.restoreAllMocks())
afterAll(async () => {
  client.close()
  await fake.close()
})

it('does not wait for a day because the wall clock was a day ahead for a moment', async () => {
  const type = () => client.call({ method: 'POST', route: `/channels/${ANN_DM}/typing`, what: 'Typing' })
  const now = Date.now.bind(Date)
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + DAY_MS)
  await type()
  clock.mockRestore()
  const refused: string[] = []
  for (let i = 0; i < MORE_THAN_A_SECOND_TAKES; i++) {
    await type().catch((error: Error) => refused.push(error.message))
  }
  // It may well ask for a moment's patience, as long as Discord's own window is, and for no more.
  const waits = refused.map((message) => Number(/asks to wait (\d+) s$/.exec(message)?.[1]))
  expect(waits.filter((seconds) => !(seconds <= 5))).toEqual([])
})
