import { z } from 'zod'

export const consoleConfig = z.object({
  /** Opens the console; made anew at each start unless set. Long enough not to be guessed. */
  token: z.string().min(16),
  /** Where people reach the hub from outside: its host is accepted beside the loopback names, and https makes the cookie Secure. */
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
})
export type ConsoleConfig = z.infer<typeof consoleConfig>

/** The one tenant of the console: whoever holds the token is its operator. */
export const WORKSPACE = 'console:local'
export const OPERATOR = { plugin: 'console', id: 'operator' } as const
