import { expect, test } from 'vitest'
import { startMailFake } from '../../test/fakes/mail/index.ts'
import { createSmtp } from './client.ts'
import { createHealth } from './health.ts'

test('says what is wrong with the sign-in, asks again only after a while, and sends nothing', async () => {
  const fake = await startMailFake()
  let nowMs = 0
  const smtp = createSmtp(fake.url)
  const health = createHealth(smtp, () => nowMs)
  fake.fault({ at: 'auth', code: 535, message: '5.7.8 Bad credentials' })
  const wrong = {
    status: 'degraded',
    detail: expect.stringMatching(/check user and password in SMTP_URL.*Bad credentials/),
  }
  expect(await health()).toEqual(wrong)
  expect(await health()).toEqual(wrong)
  expect(fake.connections()).toBe(1)
  nowMs += 5 * 60_000
  expect(await health()).toEqual({ status: 'ok' })
  await fake.goAway()
  nowMs += 5 * 60_000
  expect(await health()).toMatchObject({
    status: 'degraded',
    detail: expect.stringMatching(/cannot be reached.*SMTP_URL/),
  })
  expect(fake.mails).toEqual([])
  smtp.close()
})
