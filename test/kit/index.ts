import type { Plugin } from '#contract'
import { serve } from '../../core/index.ts'
import type { Desk, Reaction } from '../demo/desk.ts'
import { startDiscordDesk } from '../demo/discord.ts'
import { startSlackDesk } from '../demo/slack.ts'
import type { Switch } from '../demo/switches.ts'
import { startTeamsDesk } from '../demo/teams.ts'
import { startTestHub } from '../support/hub.ts'
import { buttonsOf, fieldsOf, wordsOf } from './body.ts'

export type Platform = 'slack' | 'discord' | 'teams'
export type { Switch } from '../demo/switches.ts'

/** What a person sees of one message of the hub. */
export interface Shown {
  readonly id: string
  readonly text: string
  /** Labels, in the order in which they are shown; links are among them. */
  readonly buttons: readonly string[]
  readonly edited: boolean
  /** Who alone sees it, in words; null: everybody there. */
  readonly only: string | null
  /** Id of the message whose thread it stands in. */
  readonly thread: string | null
  /** The platform's own body. */
  readonly body: Readonly<Record<string, unknown>>
}
/** A form that opened. */
export interface ShownForm {
  readonly id: string
  /** Names of its fields. */
  readonly fields: readonly string[]
}
/** What came of something a person did, once the hub has nothing left to do. */
export interface Outcome {
  /** Messages that are new or were edited since, in order. */
  readonly messages: readonly Shown[]
  readonly form: ShownForm | null
  /** Said to the person at once: a hint, or why it was refused. */
  readonly notice: string | null
  /** Mistakes in fields of a form, by field; the form stays open. */
  readonly fields: Readonly<Record<string, string>>
}
/** One person at one platform. */
export interface Person {
  /** Types a line: '/story …' as a slash command, anything else as words to the hub. `thread`: id of the message to answer. */
  says(text: string, options?: { readonly thread?: string }): Promise<Outcome>
  /** Presses a button of the newest message that has one with this label, or of `on`. */
  presses(label: string, on?: Shown): Promise<Outcome>
  /** Fills the form in and sends it. */
  fills(form: ShownForm, values: Readonly<Record<string, string>>): Promise<Outcome>
  /** Everything the hub shows there, oldest first. */
  sees(): readonly Shown[]
  /** From now on the platform limits, is slow, delivers everything twice or drops every second answer. */
  breaks(fault: Switch): void
  mends(): void
}
export interface Kit extends Readonly<Record<Platform, Person>> {
  /** Resolves when every job and every message rests. */
  quiet(): Promise<void>
  /** What the platforms refused or would show badly: each is a mistake of a plugin or of the hub. */
  refusals(): readonly string[]
  close(): Promise<void>
}

/**
 * The hub as `npm start` runs it, with your plugins in it, on stores of its own, beside stand-ins of Slack, Discord and Teams that check
 * signatures, deadlines, limits and every body they are sent.
 * @example
 * const kit = await startKit({ plugins: [acme] })
 * const { messages } = await kit.slack.says('/acme ping')
 */
export async function startKit(
  options: {
    readonly plugins?: readonly Plugin[]
    /** Variables of the hub and of your plugins: `ACME_TOKEN`. */
    readonly env?: Readonly<Record<string, string>>
    readonly timeoutMs?: number
  } = {},
): Promise<Kit> {
  const platforms = await Promise.all([startSlackDesk(), startDiscordDesk(), startTeamsDesk()])
  const env = Object.assign({}, ...platforms.map((platform) => platform.env), options.env)
  const hub = await startTestHub('embedded', env, options.plugins ?? [])
  const server = await serve({ fetch: hub.hub.app.fetch, host: '127.0.0.1', port: 0 })
  const desks = platforms.map((platform) => platform.open(server.url))
  const quiet = () => hub.quiet(options.timeoutMs)
  const personAt = (name: Platform): Person => {
    const desk = desks.find((one) => one.name === name)
    if (!desk) throw new Error(`no stand-in of ${name}`)
    return createPerson(desk, quiet)
  }
  return {
    slack: personAt('slack'),
    discord: personAt('discord'),
    teams: personAt('teams'),
    quiet,
    refusals: () => desks.flatMap((desk) => desk.refusals().map((refusal) => `${desk.name}: ${refusal}`)),
    async close() {
      await server.stop()
      await hub.close()
      await Promise.all(desks.map((desk) => desk.close()))
    },
  }
}

function createPerson(desk: Desk, quiet: () => Promise<void>): Person {
  const shown = (): Shown[] =>
    desk
      .items()
      .filter(({ who }) => who === 'hub')
      .map(({ id, text, edited, only, thread, body }) => ({
        ...{ id, edited, only, thread, body },
        text: text === '' ? wordsOf(body) : text,
        buttons: buttonsOf(body),
      }))
  const act = async (doIt: () => Promise<Reaction>): Promise<Outcome> => {
    const before = new Map(shown().map((one) => [one.id, JSON.stringify(one)]))
    const reaction = await doIt()
    await quiet()
    return {
      messages: shown().filter((one) => before.get(one.id) !== JSON.stringify(one)),
      form: reaction.form ? { id: reaction.form.id, fields: fieldsOf(reaction.form.body) } : null,
      notice: reaction.error ?? reaction.notice ?? null,
      fields: reaction.fields ?? {},
    }
  }
  return {
    says: (text, { thread } = {}) => act(() => desk.say('ann', text, thread ?? null)),
    presses(label, on) {
      const message = on ?? shown().findLast(({ buttons }) => buttons.includes(label))
      const index = message?.buttons.indexOf(label) ?? -1
      if (!message || index < 0) throw new Error(`no button "${label}"; there are: ${labels(shown())}`)
      return act(() => desk.press('ann', message.id, index))
    },
    fills: (form, values) => act(() => desk.submit('ann', form.id, values)),
    sees: shown,
    breaks: (fault) => void desk.switches.on.add(fault),
    mends: () => desk.switches.on.clear(),
  }
}
const labels = (messages: readonly Shown[]) =>
  [...new Set(messages.flatMap(({ buttons }) => buttons))].join(', ') || 'none'
