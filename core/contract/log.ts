/** Structured log. Fields carry ids; secrets named by the manifest are masked by the host. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (fields: object, text: string) => void>>
