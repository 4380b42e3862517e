import { z } from 'zod'

/** Current general model; claude-sonnet-4-5 and older end in November 2026, so the model is configuration (https://docs.claude.com/en/docs/about-claude/models). */
const DEFAULT_MODEL = 'claude-sonnet-5-5'
const DEFAULT_SMALL_MODEL = 'claude-haiku-5-5'
const DEFAULT_BASE_URL = 'https://api.anthropic.com'

export const anthropicConfig = z.object({
  apiKey: z.string().trim().min(1).describe('ANTHROPIC_API_KEY: a key of the Anthropic console'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .default(DEFAULT_BASE_URL)
    .describe('ANTHROPIC_BASE_URL: origin of the Messages API or of a gateway in front of it'),
  model: z.string().trim().min(1).default(DEFAULT_MODEL).describe('HUB_MODEL: the model that drafts'),
  smallModel: z
    .string()
    .trim()
    .min(1)
    .default(DEFAULT_SMALL_MODEL)
    .describe('The cheaper model used when the budget or the main model gives out'),
})
export type AnthropicConfig = z.infer<typeof anthropicConfig>
