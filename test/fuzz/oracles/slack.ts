import type { Hub } from '#contract'
import { config, type SlackConfig } from '../../../adapters/slack/config.ts'
import { createIntake } from '../../../adapters/slack/intake.ts'
import { verifySlack } from '../../../adapters/slack/verify.ts'
import { createRoutes } from '../../../adapters/slack/webhook.ts'
import { signSlack } from '../../fakes/slack/sign.ts'
import { countingInbound, type Oracle, SILENT } from '../oracle.ts'

const SECRET = 'fuzz-signing-secret'

export const oracle: Oracle = {
  proof: ['x-slack-signature', 'x-slack-request-timestamp'],
  coversBody: true,
  lateBySeconds: 301,
  earlyBySeconds: 301,
  body: (random) =>
    random.chance(0.5)
      ? `team_id=T1&channel_id=C1&user_id=U1&command=%2Fstory&text=${encodeURIComponent(`wish ${random.int(0, 1e9)} é`)}&trigger_id=${random.int(1, 1e9)}`
      : JSON.stringify({
          type: 'event_callback',
          team_id: 'T1',
          event_id: `Ev${random.int(1, 1e9)}`,
          event: { type: 'x', text: 'ü' },
        }),
  sign: async (body, at) => signSlack(body, SECRET, at),
  async forge(body, at, random) {
    const secret = random.pick(['another-secret', '', ' ', `${SECRET} `, SECRET.toUpperCase(), SECRET.slice(1)])
    const good = signSlack(body, secret, at)
    return random.chance(0.7) ? good : { ...good, 'x-slack-signature': `v0=${random.pick(['0', 'f']).repeat(64)}` }
  },
  verify: async (body, headers, at) => verifySlack(body, headers, SECRET, at),
  route(at) {
    const { inbound, reached } = countingInbound()
    let commands = 0
    const command = async () => {
      commands += 1
      return { status: 'queued', id: 'x', announce: null } as const
    }
    const hub = { config: config.parse({ signingSecret: SECRET, botToken: 'xoxb-fuzz' }), log: SILENT, command }
    const now = () => at * 1_000
    const whole = hub as unknown as Hub<SlackConfig>
    const intake = createIntake({ hub: whole, inbound, lifecycle: inbound, installations: null, now })
    const routes = createRoutes(whole, intake, now)
    return { fetch: async (request) => routes.fetch(request), reached: () => reached() + commands }
  },
}
