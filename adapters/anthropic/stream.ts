import type { RawMessageStreamEvent, StopReason, Usage } from '@anthropic-ai/sdk/resources/messages/messages'

/** A message put together from its stream. `complete` is false when the connection ended before `message_stop`. */
export interface Collected {
  readonly model: string | null
  readonly text: string
  readonly stopReason: StopReason | null
  readonly refusal: string | null
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly cachedInputTokens: number }
  readonly complete: boolean
}

type Counts = Partial<Record<keyof Usage, unknown>>

/** Thinking blocks are left out: only text deltas are the answer. A later count replaces an earlier one, as the API documents. */
export async function collect(
  events: AsyncIterable<RawMessageStreamEvent>,
  onEvent: (characters: number) => void,
): Promise<Collected> {
  let model: string | null = null
  let text = ''
  let stopReason: StopReason | null = null
  let refusal: string | null = null
  let complete = false
  const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }
  const count = (counts: Counts) => {
    if (typeof counts.input_tokens === 'number') usage.input = counts.input_tokens
    if (typeof counts.output_tokens === 'number') usage.output = counts.output_tokens
    if (typeof counts.cache_read_input_tokens === 'number') usage.cacheRead = counts.cache_read_input_tokens
    if (typeof counts.cache_creation_input_tokens === 'number') usage.cacheWrite = counts.cache_creation_input_tokens
  }
  const take = (event: RawMessageStreamEvent) => {
    if (event.type === 'message_start') {
      model = event.message.model
      count(event.message.usage)
    } else if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
      text += event.delta.text
    } else if (event.type === 'message_delta') {
      stopReason = event.delta.stop_reason ?? stopReason
      const details = event.delta.stop_details
      if (details?.type === 'refusal') refusal = details.explanation ?? details.category
      count(event.usage)
    } else if (event.type === 'message_stop') {
      complete = true
    }
    onEvent(text.length)
  }
  try {
    for await (const event of events) take(event)
  } catch (error) {
    // What happens to the connection after the last event does not matter any more.
    if (!complete) throw error
  }
  return {
    model,
    text,
    stopReason,
    refusal,
    complete,
    usage: {
      inputTokens: usage.input + usage.cacheWrite,
      outputTokens: usage.output,
      cachedInputTokens: usage.cacheRead,
    },
  }
}
