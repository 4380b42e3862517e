import { z } from 'zod'

export const SETTINGS_FILE = '.autodevhub.yml'
export const MAX_SETTINGS_BYTES = 64 * 1024

const SAFE_PATH = /^(?!\/)(?!.*\\)(?!.*(?:^|\/)\.\.(?:\/|$))[^\p{Cc}]+$/u
const path = z
  .string()
  .min(1)
  .max(200)
  .regex(SAFE_PATH, 'must be a path inside the repository: no leading "/", no "..", no backslash')
const pattern = path.regex(
  /^[^[\]{}()!]+$/,
  'may use the wildcards *, ** and ? only; write several patterns instead of {a,b}',
)
const patterns = z.array(pattern).max(50)
/** The hub's own branches only: a settings file must not make it write over somebody's work. */
const branch = z
  .string()
  .max(100)
  .regex(
    /^autodevhub\/[a-z0-9][a-z0-9._-]*$/,
    'must begin with "autodevhub/" and go on in lower-case letters, digits and dashes',
  )

export const settingsSchema = z.strictObject({
  paths: patterns.min(1).default(['README*', '**/README.md', 'docs/**', '*.md', 'CHANGELOG*']),
  ignore: patterns.default(['**/node_modules/**', '**/vendor/**', '**/dist/**', '**/fixtures/**']),
  describes: z.record(pattern, patterns.min(1)).default({}),
  mode: z.enum(['pull-request', 'issue', 'off'], 'must be pull-request, issue or off').default('pull-request'),
  branch: branch.default('autodevhub/docs'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/, 'must be a language tag, such as en or de')
    .optional(),
  style: path.optional(),
})
export type Settings = z.infer<typeof settingsSchema>
export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({})
