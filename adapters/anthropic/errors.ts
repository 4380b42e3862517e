import { HubError } from '#contract'
import type { AnthropicConfig } from './config.ts'

/** What any failed answer of the API tells; the SDK's `APIError` and a plain fetch response both fit. */
export interface ApiFailure {
  readonly status: number | undefined
  /** `error.type` of the body: 'overloaded_error', 'not_found_error' … (https://docs.claude.com/en/api/errors) */
  readonly type: string | null
  readonly message: string
  readonly retryAfter: string | null
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function afterMs(retryAfter: string | null): number | undefined {
  if (!retryAfter) return undefined
  const seconds = Number(retryAfter)
  const ms = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : undefined
}

export function unreachable(config: AnthropicConfig, what: string, cause?: unknown): HubError {
  return new HubError('UNAVAILABLE', `Anthropic at ${new URL(config.baseUrl).host} ${what}`, { cause })
}

function keyRefused(cause?: unknown): HubError {
  return new HubError(
    'CONFIG_INVALID',
    'ANTHROPIC_API_KEY was refused by Anthropic: set a valid key, or unset it to use the offline drafter',
    { cause },
  )
}

/** Only the main model is set by a variable that people know; the small one is named by its config key. */
export function modelUnknown(config: AnthropicConfig, model: string, cause?: unknown): HubError {
  const option = model === config.model ? 'HUB_MODEL' : 'ANTHROPIC_SMALL_MODEL'
  return new HubError(
    'CONFIG_INVALID',
    `${option} "${model}" is not a model this key can use: correct it, or unset it for the default`,
    { cause },
  )
}

/** The one place that decides what a failure of the API means for the hub. */
export function toHubError(config: AnthropicConfig, model: string, failure: ApiFailure, cause?: unknown): HubError {
  const { status, type, message } = failure
  const wait = afterMs(failure.retryAfter)
  const retry = wait === undefined ? ('backoff' as const) : { afterMs: wait }
  if (status === 401 || type === 'authentication_error') return keyRefused(cause)
  if (status === 404 || type === 'not_found_error') return modelUnknown(config, model, cause)
  if (status === 402 || status === 403 || type === 'permission_error' || type === 'billing_error')
    return new HubError('CONFIG_INVALID', `Anthropic denies ${model} to this ANTHROPIC_API_KEY: ${message}`, { cause })
  if (status === 429 || type === 'rate_limit_error') {
    const told = wait === undefined ? 'to slow down' : `to wait ${Math.ceil(wait / 1000)} s`
    return new HubError('RATE_LIMITED', `Anthropic asks ${told}`, { cause, retry, scope: 'anthropic' })
  }
  if (status === 413 || type === 'request_too_large')
    return new HubError('TOO_LARGE', `The text is too long for ${model}`, { cause })
  if (status === 400 || status === 422 || type === 'invalid_request_error')
    return new HubError('UNSUPPORTED', `Anthropic did not accept the request for ${model}: ${message}`, { cause })
  const what =
    type === 'overloaded_error' || status === 529 ? 'is overloaded' : `answered ${status ?? type ?? 'an error'}`
  return new HubError('UNAVAILABLE', `Anthropic ${what}`, { cause, retry })
}
