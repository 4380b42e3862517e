import { styleText } from 'node:util'
import { destination, pino } from 'pino'
import type { Log } from '../contract/log.ts'
import { safeFields, safeText } from './log-fields.ts'
import { createMask, type Mask } from './mask.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogOptions {
  readonly level: LogLevel
  /** Process name in each line. */
  readonly name: string
  /** Grows as configs are read; what it knows is hidden wherever it stands. */
  readonly mask?: Mask
  /** Where lines go; absent: standard error, as readable text on a terminal and as JSON anywhere else. */
  readonly stream?: { write(line: string): unknown; readonly isTTY?: boolean }
}

/** @example const log = createLog({ level: 'info', name: 'hub', mask }); log.info({ jobId }, 'job done') */
export function createLog({ level, name, mask = createMask(), stream }: LogOptions): Log {
  const terminal = stream ? stream.isTTY === true : process.stderr.isTTY === true
  // Synchronous: the line that explains a crash must be out before the process is gone.
  const sink = stream ?? (terminal ? process.stderr : destination({ dest: 2, sync: true }))
  const logger = pino(
    {
      level,
      base: { name },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // The fields are reduced already; pino's own serializer would put the cause into the message.
      serializers: { err: (err: unknown) => err },
      formatters: { level: (label) => ({ level: label }) },
    },
    terminal ? { write: (line: string) => sink.write(readable(line)) } : sink,
  )
  const at = (method: 'debug' | 'info' | 'warn' | 'error') => (fields: object, text: string) => {
    if (logger.isLevelEnabled(method)) logger[method](safeFields(fields, mask), safeText(text, mask))
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** The same log with fields that each line carries and no caller can overwrite. @example scopeLog(log, { plugin: 'slack' }) */
export function scopeLog(log: Log, fixed: object): Log {
  return {
    debug: (fields, text) => log.debug(merge(fields, fixed), text),
    info: (fields, text) => log.info(merge(fields, fixed), text),
    warn: (fields, text) => log.warn(merge(fields, fixed), text),
    error: (fields, text) => log.error(merge(fields, fixed), text),
  }
}
const merge = (fields: object, fixed: object) => ({ ...(fields instanceof Error ? { err: fields } : fields), ...fixed })

const COLOUR = { debug: 'gray', info: 'cyan', warn: 'yellow', error: 'red' } as const

/** One JSON line as text for eyes: time, level, message, then what remains as key=value. */
function readable(line: string): string {
  const { time, level, msg, name, ...rest } = JSON.parse(line) as Record<string, unknown>
  const clock = String(time).slice(11, 19)
  const label = String(level)
  const colour = Object.hasOwn(COLOUR, label) ? COLOUR[label as keyof typeof COLOUR] : 'white'
  const fields = Object.entries(rest).map(([key, value]) => ` ${key}=${oneWord(value)}`)
  const head = `${styleText('gray', clock)} ${styleText(colour, label.padEnd(5))}`
  return `${head} ${String(msg)}${styleText('gray', fields.join(''))}\n`
}
function oneWord(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
}
