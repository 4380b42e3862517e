import { buttonsOf } from '../fakes/teams/cards.ts'
import { type Sent, startTeamsFake } from '../fakes/teams/index.ts'
import { ANN, BOB, BOT, CHANNEL, nextId, TENANT } from '../fakes/teams/state.ts'
import { createCarrier, createSaid, type Desk, type Item, obj, type Reaction, sortedWire } from './desk.ts'
import type { Tenant } from './people.ts'
import { createSwitches } from './switches.ts'
import { masked } from './wire.ts'

const tenant: Tenant = {
  plugin: 'teams',
  workspace: `teams:${TENANT}`,
  channel: CHANNEL,
  accounts: { ann: ANN, bob: BOB },
}

export async function startTeamsDesk() {
  const switches = createSwitches()
  const fake = await startTeamsFake({
    rateTimeScale: 1,
    faultFor: (method) => (method === 'send' || method === 'update' ? switches.faultFor(method) : null),
  })
  return {
    env: fake.env,
    close: fake.close,
    open(hubUrl: string): Desk {
      const carrier = createCarrier(hubUrl, '/hooks/teams', switches)
      const ann = fake.to(carrier.carry)
      const said = createSaid()
      const dialogs = new Map<string, { readonly sent: Sent; readonly thread: string }>()
      const react = (sent: Sent, thread: string): Reaction => {
        if (sent.status !== 200) return { error: `The hub answered ${sent.status}: "Something went wrong"` }
        const task = obj(sent.json?.task)
        if (task.type === 'continue') {
          const id = `dialog-${dialogs.size}`
          dialogs.set(id, { sent, thread })
          const { title, card } = obj(task.value)
          return { form: { id, body: { title, card: obj(card).content } } }
        }
        const notice = typeof task.value === 'string' ? task.value : sent.json?.value
        return typeof notice === 'string' ? { notice } : {}
      }
      return {
        name: 'teams',
        title: 'Teams',
        hint: 'General',
        switches,
        tenant,
        async join() {
          await ann.conversationUpdate({ membersAdded: [{ id: BOT.id }] })
        },
        async say(who, text, thread) {
          const id = nextId()
          said.add(who, `@hub ${text.replace(/^@hub\s+/, '')}`, { id, thread })
          const words = text.replace(/^@hub\s+/, '')
          return react(
            await ann.mention({ text: words, id, user: tenant.accounts[who], ...(thread ? { thread } : {}) }),
            thread ?? id,
          )
        },
        async press(who, item, button) {
          const message = fake.messages.find((m) => m.id === item)
          const pressed = buttonsOf(message?.activity)[button]
          if (!message || !pressed) return { error: 'This message is gone' }
          const title = String(pressed.title)
          const user = tenant.accounts[who]
          const thread = message.thread ?? message.id
          return pressed.type === 'Action.Submit'
            ? react(await ann.openForm(message, title, { user }), thread)
            : react(await ann.execute(message, title, { user }), thread)
        },
        async submit(who, form, values) {
          const dialog = dialogs.get(form)
          if (!dialog) return { error: 'This dialog is gone' }
          return react(
            await ann.submitForm(dialog.sent, values, {
              thread: dialog.thread,
              user: tenant.accounts[who],
            }),
            dialog.thread,
          )
        },
        items: () => [
          ...said.all,
          ...fake.messages.map(
            (m): Item => ({
              id: m.id,
              atMs: m.storedAtMs,
              who: 'hub',
              thread: m.thread ?? null,
              edited: m.edited,
              only: m.conversation === CHANNEL ? null : 'Between hub and one person',
              loading: false,
              text: '',
              body: m.activity,
              files: [],
            }),
          ),
        ],
        refusals: () => [
          ...fake.arrivals.flatMap(({ method, outcome }) =>
            /^(?:ok|slow|cut|Throttled)$/.test(outcome) ? [] : [`${method}: ${outcome}`],
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
