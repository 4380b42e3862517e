import type { Log, Place } from '#contract'
import { channelContract, type Fault } from '../../test/contract/channel.ts'
import { checkBlocks, checkMrkdwn, readMessage } from '../../test/fakes/slack/blocks.ts'
import { type SlackFake, type SlackFault, startSlackFake } from '../../test/fakes/slack/index.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { slack } from './index.ts'
import type { SlackBody } from './render.ts'

const FAULTS: Readonly<Record<Exclude<Fault, 'unreachable'>, SlackFault>> = {
  'rate-limited': { kind: 'rate-limited', retryAfterSeconds: 7 },
  unauthenticated: { kind: 'refuse', error: 'token_revoked' },
  'error-after-commit': { kind: 'status', status: 500, commit: true },
  'cut-after-commit': { kind: 'cut', commit: true },
  'cut-before-commit': { kind: 'cut', commit: false },
  slow: { kind: 'slow', ms: 60_000 },
}
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const general: Place = { plugin: 'slack', workspace: 'slack:T0000001', channel: 'C0GENERAL', visibility: 'team' }

function connect(fake: SlackFake, botToken = fake.botToken) {
  return createChannel(createClient({ signingSecret: fake.signingSecret, botToken, apiUrl: fake.apiUrl }, log))
}

channelContract<SlackBody>({
  plugin: slack,
  async open() {
    const fake = await startSlackFake()
    return {
      channel: connect(fake),
      place: general,
      accounts: { known: 'U0ANN0001', unknown: 'U0NOBODY0' },
      secrets: [fake.botToken, fake.signingSecret],
      shown: async () =>
        fake.shown().map((m) => ({
          id: m.ts,
          text: readMessage(m).words,
          edited: m.edited,
          ...(m.only ? { only: m.only } : {}),
        })),
      fault: async (fault) => (fault === 'unreachable' ? fake.goAway() : fake.faults.add('*', FAULTS[fault])),
      words: (native) => (native.kind === 'file' ? native.text : readMessage(native).words),
      problems: (native) =>
        native.kind === 'file'
          ? []
          : [
              ...(native.blocks.length > 0 ? checkBlocks(native.blocks) : []),
              ...checkMrkdwn(native.text),
              ...(native.text.length > 4_000 ? [`text of ${native.text.length}`] : []),
            ],
      mentions: (native) => (native.kind === 'file' ? [] : readMessage(native).mentions),
      links: (native) => (native.kind === 'file' ? [] : readMessage(native).links),
      close: () => fake.close(),
    }
  },
})
