import { checkBlocks, checkView } from '../fakes/slack/blocks.ts'
import { startSlackFake } from '../fakes/slack/index.ts'
import { TEAM } from '../fakes/slack/state.ts'
import { createCarrier, createSaid, type Desk, type Item, type Reaction, sortedWire } from './desk.ts'
import { NAMES, PEOPLE, type Tenant } from './people.ts'
import { createSwitches } from './switches.ts'
import { masked } from './wire.ts'

const CHANNEL = 'C0GENERAL'
const tenant: Tenant = {
  plugin: 'slack',
  workspace: `slack:${TEAM}`,
  channel: CHANNEL,
  accounts: { ann: 'U0ANN0001', bob: 'U0BOB0001' },
}
const nameOf = (user: string) => NAMES[PEOPLE.find((who) => tenant.accounts[who] === user) ?? 'ann']
const SHOWS = /^(?:chat\.|response_url)/

export async function startSlackDesk() {
  const switches = createSwitches()
  const fake = await startSlackFake({
    rateTimeScale: 1,
    faultFor: (method) => (SHOWS.test(method) ? switches.faultFor(method) : null),
  })
  return {
    env: fake.env,
    close: fake.close,
    open(hubUrl: string): Desk {
      const carrier = createCarrier(hubUrl, '/hooks/slack', switches)
      const ann = fake.to(carrier.carry)
      const said = createSaid()
      /** The form that opened since there were so many, if one did. */
      const formSince = (count: number): Reaction => {
        const view = fake.views.length > count ? fake.views.at(-1) : undefined
        return view ? { form: { id: view.id, body: view.view } } : {}
      }
      const answered = (json: Readonly<Record<string, unknown>> | null, status: number, name: string): Reaction => {
        if (status !== 200) return { error: `The hub answered ${status}: Slack shows "operation failed"` }
        if (typeof json?.text === 'string' && json.text !== '')
          said.add('hub', '', { only: `Only ${name} sees this`, body: { text: json.text, blocks: json.blocks ?? [] } })
        return {}
      }
      return {
        name: 'slack',
        title: 'Slack',
        hint: '#general',
        switches,
        tenant,
        async say(who, text, thread) {
          const count = fake.views.length
          const user = tenant.accounts[who]
          const slash = /^(\/\S+)\s*([\s\S]*)$/.exec(text)
          said.add(who, text, { thread })
          if (slash && thread === null) {
            const sent = await ann.slash({ command: slash[1] ?? '', text: slash[2] ?? '', channel: CHANNEL, user })
            return { ...answered(sent.json, sent.status, nameOf(user)), ...formSince(count) }
          }
          const words = text.replace(/^@hub\s+|^\//, '')
          const sent = await ann.mention({ text: words, channel: CHANNEL, user, ...(thread ? { thread } : {}) })
          return answered(null, sent.status, nameOf(user))
        },
        async press(who, item, button) {
          const message = fake.messages.find((m) => m.ts === item)
          if (!message) return { error: 'This message is gone' }
          const count = fake.views.length
          const sent = await ann.click(message, button, { user: tenant.accounts[who] })
          return { ...answered(sent.json, sent.status, NAMES[who]), ...formSince(count) }
        },
        async submit(who, form, values) {
          const view = fake.views.find((v) => v.id === form)
          if (!view) return { error: 'This form is gone' }
          const { json, status } = await ann.submitView(view, values)
          if (json?.response_action === 'errors') return { fields: json.errors as Record<string, string> }
          return answered(null, status, NAMES[who])
        },
        items: () => [
          ...said.all,
          ...fake.messages.map(
            (m): Item => ({
              id: m.ts,
              atMs: m.storedAtMs,
              who: 'hub',
              thread: m.threadTs ?? null,
              edited: m.edited,
              only: m.only
                ? `Only ${nameOf(m.only)} sees this`
                : m.channel === CHANNEL
                  ? null
                  : 'Between hub and one person',
              loading: false,
              text: m.text,
              body: { text: m.text, blocks: m.blocks },
              files: m.files ?? [],
            }),
          ),
        ],
        refusals: () => [
          ...fake.arrivals.flatMap(({ method, args, outcome }) =>
            /^(?:ok|slow|cut|ratelimited)$/.test(outcome)
              ? []
              : [[`${method}: ${outcome}`, ...reasons(args)].join(' · ')],
          ),
          ...fake.problems,
        ],
        wire: () =>
          sortedWire([
            ...carrier.wire,
            ...fake.arrivals.map(({ method, args, atMs, outcome }) => ({
              atMs,
              from: 'hub' as const,
              what: method,
              outcome,
              isBad: outcome !== 'ok',
              body: masked(JSON.stringify(args)),
            })),
          ]),
        close: fake.close,
      }
    },
  }
}
function reasons(args: Readonly<Record<string, unknown>>): readonly string[] {
  if (Array.isArray(args.blocks)) return checkBlocks(args.blocks)
  return args.view === undefined ? [] : checkView(args.view)
}
