import { z } from 'zod'
import { HubError } from '#contract'
import type { AnthropicConfig } from './config.ts'
import { modelUnknown, toHubError, unreachable } from './errors.ts'

const errorBody = z.object({ error: z.object({ type: z.string(), message: z.string() }) })

/**
 * Asks whether the key and both models are good, without spending a token and without the SDK: `GET /v1/models/{id}`
 * (https://docs.claude.com/en/api/models). Throws CONFIG_INVALID with the cure, or UNAVAILABLE when nobody can tell now.
 * A gateway that has no such route answers 404 in its own words; that is no reason to doubt the model.
 */
export async function checkModels(config: AnthropicConfig, signal: AbortSignal): Promise<void> {
  await Promise.all([...new Set([config.model, config.smallModel])].map((model) => checkModel(config, model, signal)))
}

async function checkModel(config: AnthropicConfig, model: string, signal: AbortSignal): Promise<void> {
  let response: Response
  let body: unknown
  try {
    response = await fetch(`${config.baseUrl}/v1/models/${encodeURIComponent(model)}`, {
      headers: { authorization: `Bearer ${config.apiKey}`, 'anthropic-version': '2026-10-21' },
      signal,
    })
    body = await response.json().catch(() => null)
  } catch (error) {
    throw unreachable(config, 'could not be reached', error)
  }
  if (response.ok) {
    const info = z.object({ lifecycle: z.string() }).safeParse(body)
    if (info.success && info.data.lifecycle === 'retired') throw modelUnknown(config, model)
    return
  }
  const error = errorBody.safeParse(body)
  if (response.status === 404 && (!error.success || error.data.error.type !== 'not_found_error')) return
  throw toHubError(config, model, {
    status: response.status,
    type: error.success ? error.data.error.type : null,
    message: error.success ? error.data.error.message : response.statusText,
    retryAfter: response.headers.get('retry-after'),
  })
}

/** What `start` needs: a wrong key or model stops the hub with one line, an Anthropic that is away does not. */
export async function refuseWrongConfig(config: AnthropicConfig, signal: AbortSignal): Promise<HubError | null> {
  try {
    await checkModels(config, signal)
    return null
  } catch (error) {
    if (error instanceof HubError && error.code !== 'CONFIG_INVALID') return error
    throw error
  }
}
