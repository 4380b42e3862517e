import type {
  AdaptiveCardInvokeResponse,
  AdaptiveCardInvokeValue,
  Activity as BotActivity,
  InvokeResponse,
  MessagingExtensionActionResponse,
  MessagingExtensionResponse,
  ResourceResponse,
  TaskModuleResponse,
  TurnContext as Turn,
} from 'botbuilder'
import type { Inbound } from './inbound.ts'
import { literal } from './inlines.ts'
import { type Activity, isReadable } from './payloads.ts'

/** What is answered to Teams: a body only for invokes. */
export interface BotAnswer {
  readonly status: number
  readonly body: unknown
}
/** The only door to the library; whatever succeeds it has to do no more than this. */
export interface Bot {
  run(raw: Readonly<Record<string, unknown>>, activity: Activity): Promise<BotAnswer>
}

/**
 * botbuilder tells messages, installations and the dozen kinds of invoke apart and knows the shape of each answer. It neither verifies
 * nor sends here: that is done before and after it. Loaded with the first activity.
 */
export async function createBot(inbound: Inbound): Promise<Bot> {
  const { BotAdapter, TeamsActivityHandler, TurnContext } = await import('botbuilder')

  class Handler extends TeamsActivityHandler {
    readonly #activity: Activity
    constructor(activity: Activity) {
      super()
      this.#activity = activity
    }
    protected override async onMessageActivity(context: Turn): Promise<void> {
      const { activity } = context
      // The library takes every mention for a whole one, and every message for one with words.
      const whole = (activity.entities ?? []).filter((one) => one.type === 'mention' && one.text && one.mentioned?.id)
      const text = activity.text ?? ''
      Object.assign(activity, { text, entities: whole })
      await inbound.message(this.#activity, TurnContext.removeRecipientMention(activity))
    }
    // The library would look members up over the network here.
    protected override async onConversationUpdateActivity(): Promise<void> {
      await inbound.changed(this.#activity)
    }
    protected override async onInstallationUpdateActivity(): Promise<void> {
      await inbound.changed(this.#activity)
    }
    /** A card in the answer would replace the story for the one who pressed; a message leaves it until the edit arrives. */
    protected override async onAdaptiveCardInvoke(
      _context: Turn,
      { action }: AdaptiveCardInvokeValue,
    ): Promise<AdaptiveCardInvokeResponse> {
      const value = literal(await inbound.execute(this.#activity, action.data))
      const type = 'application/vnd.microsoft.activity.message'
      return { statusCode: 200, type, value } as unknown as AdaptiveCardInvokeResponse
    }
    protected override async handleTeamsTaskModuleFetch(): Promise<TaskModuleResponse> {
      return inbound.openForm(this.#activity)
    }
    protected override async handleTeamsTaskModuleSubmit(): Promise<TaskModuleResponse> {
      return inbound.submitForm(this.#activity)
    }
    protected override async handleTeamsMessagingExtensionFetchTask(): Promise<MessagingExtensionActionResponse> {
      return inbound.openExtension(this.#activity)
    }
    protected override async handleTeamsMessagingExtensionSubmitAction(): Promise<MessagingExtensionActionResponse> {
      return inbound.submitForm(this.#activity)
    }
    protected override async handleTeamsMessagingExtensionQuery(): Promise<MessagingExtensionResponse> {
      return inbound.search(this.#activity)
    }
  }
  /** Sends nothing: the ledger does. What the handler "sends" is the answer to an invoke. */
  class Transport extends BotAdapter {
    answer: InvokeResponse | null = null
    async process(turn: Turn, handle: (context: Turn) => Promise<void>): Promise<void> {
      await this.runMiddleware(turn, handle)
    }
    override async sendActivities(_context: Turn, activities: Partial<BotActivity>[]): Promise<ResourceResponse[]> {
      for (const { type, value } of activities) {
        if (type !== 'invokeResponse') throw new Error(`the bot may not send a ${type} by itself`)
        this.answer = value as InvokeResponse
      }
      return activities.map(() => ({ id: '' }))
    }
    override async updateActivity(): Promise<void> {
      throw new Error('the bot may not edit by itself')
    }
    override async deleteActivity(): Promise<void> {
      throw new Error('the bot may not delete by itself')
    }
    override async continueConversation(): Promise<void> {
      throw new Error('the bot starts no conversation by itself')
    }
  }
  return {
    async run(raw, activity) {
      if (!isReadable(activity)) return { status: 400, body: null }
      const transport = new Transport()
      const turn = new TurnContext(transport, raw as Partial<BotActivity>)
      await transport.process(turn, (context) => new Handler(activity).run(context))
      if (activity.type !== 'invoke') return { status: 200, body: null }
      return transport.answer
        ? { status: transport.answer.status, body: transport.answer.body }
        : { status: 501, body: null }
    },
  }
}
