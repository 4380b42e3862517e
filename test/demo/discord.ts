import { startDiscordFake } from '../fakes/discord/index.ts'
import { ANN, BOB, BOT_USER, GENERAL, GUILD } from '../fakes/discord/state.ts'
import { createCarrier, createSaid, type Desk, type Item, type Json, obj, type Reaction, sortedWire } from './desk.ts'
import { NAMES, type Tenant } from './people.ts'
import { createSwitches } from './switches.ts'
import { masked } from './wire.ts'

const tenant: Tenant = {
  plugin: 'discord',
  workspace: `discord:${GUILD}`,
  channel: GENERAL,
  accounts: { ann: ANN, bob: BOB },
}
const SHOWS = /^(?:POST|PATCH) (?:\/channels\/:id\/messages|\/webhooks)/

export async function startDiscordDesk() {
  const switches = createSwitches()
  const fake = await startDiscordFake({
    rateTimeScale: 1,
    faultFor: (call) => (SHOWS.test(call) ? switches.faultFor(call) : null),
  })
  return {
    env: fake.env,
    close: fake.close,
    open(hubUrl: string): Desk {
      const carrier = createCarrier(hubUrl, '/hooks/discord', switches)
      const ann = fake.to(carrier.carry)
      const said = createSaid()
      const react = (
        sent: { readonly status: number; readonly type: number | null; readonly json: Json | null },
        forms: number,
      ): Reaction => {
        if (sent.status !== 200) return { error: `The hub answered ${sent.status}: "The application did not respond"` }
        const id = fake.modals.length - 1
        const modal = fake.modals[id]
        return sent.type === 9 && modal && fake.modals.length > forms
          ? { form: { id: String(id), body: modal.view } }
          : {}
      }
      return {
        name: 'discord',
        title: 'Discord',
        hint: '#general',
        switches,
        tenant,
        async say(who, text, thread) {
          if (!text.startsWith('/'))
            return { error: 'Over HTTP, Discord tells an app only of slash commands: try /hub help' }
          said.add(who, text, { thread })
          const { path, options } = readSlash(text, fake.commands.get('') ?? [])
          const forms = fake.modals.length
          return react(
            await ann.slash(path, options, { channel: thread ?? GENERAL, user: tenant.accounts[who] }),
            forms,
          )
        },
        async press(who, item, button) {
          const message = fake.messages.find((m) => m.id === item)
          if (!message) return { error: 'This message is gone' }
          const forms = fake.modals.length
          return react(await ann.click(message, button, { user: tenant.accounts[who] }), forms)
        },
        async submit(who, form, values) {
          const modal = fake.modals[Number(form)]
          if (!modal) return { error: 'This form is gone' }
          return react(await ann.submitModal(modal, values, { user: tenant.accounts[who] }), fake.modals.length)
        },
        items: () => [
          ...said.all,
          ...fake.messages
            .filter((m) => m.author === BOT_USER)
            .map(
              (m): Item => ({
                id: m.id,
                atMs: m.storedAtMs,
                who: 'hub',
                thread: fake.channels.get(m.channel)?.kind === 'thread' ? m.channel : null,
                edited: m.edited,
                only: m.only ? `Only ${m.only === BOB ? NAMES.bob : NAMES.ann} sees this` : null,
                loading: m.isLoading,
                text: m.content,
                body: { content: m.content, embeds: m.embeds, components: m.components },
                files: m.files,
              }),
            ),
        ],
        refusals: () => [
          ...fake.arrivals.flatMap(({ call, outcome }) =>
            /^(?:ok|slow|cut|rate limited)$/.test(outcome) ? [] : [`${call}: ${outcome}`],
          ),
          ...fake.problems,
        ],
        wire: () =>
          sortedWire([
            ...carrier.wire,
            ...fake.arrivals.map(({ call, body, atMs, outcome }) => ({
              atMs,
              from: 'hub' as const,
              what: call,
              outcome,
              isBad: outcome !== 'ok',
              body: masked(JSON.stringify(body)),
            })),
          ]),
        close: fake.close,
      }
    },
  }
}
/** Options that hold no more characters are a name, an id or a choice. */
const MAX_NAME = 200
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(obj) : [])

/** A typed line as Discord's client sends it: the registered command, and words by the order of its options. */
function readSlash(line: string, commands: readonly Json[]): { path: string; options: Record<string, string> } {
  const words = line.slice(1).trim().split(/\s+/)
  const [name = ''] = words.splice(0, 1)
  const command = commands.find((one) => one.name === name)
  if (!command) throw new Error(`Discord knows no /${name}: ${commands.map((one) => `/${one.name}`).join(', ')}`)
  const branches = list(command.options).filter((one) => one.type === 1)
  const branch = branches.find((one) => one.name === words[0]) ?? branches.find((one) => one.name === 'new')
  if (branches.length > 0 && !branch)
    throw new Error(`/${name} goes on with ${branches.map((one) => one.name).join(', ')}`)
  if (branch && branch.name === words[0]) words.shift()
  const fields = list((branch ?? command).options)
  const options: Record<string, string> = {}
  for (const [i, field] of fields.entries()) {
    // A client has a box for each: of what is typed in one line, free text takes the rest.
    const takesRest = i === fields.length - 1 || Number(field.max_length ?? 0) > MAX_NAME
    const value = takesRest ? words.splice(0).join(' ') : (words.shift() ?? '')
    if (value !== '') options[String(field.name)] = value
  }
  return { path: branch ? `${name} ${String(branch.name)}` : name, options }
}
