import type { Logger } from '@slack/bolt'
import type { Log } from '#contract'

/** Slack's SDK logs through the hub. Its debug lines repeat whole requests, so they are dropped before they are built into text. */
export function slackLogger(log: Log): Logger {
  const write = (level: 'warn' | 'error') => (message: unknown) => {
    log[level]({ source: 'slack-sdk' }, message instanceof Error ? message.message : String(message))
  }
  const silent = () => undefined
  return {
    debug: silent,
    info: silent,
    warn: write('warn'),
    error: write('error'),
    setLevel: silent,
    getLevel: () => LEVEL_WARN,
    setName: silent,
  }
}
/** `LogLevel.WARN`; the enum itself would load the SDK. */
const LEVEL_WARN = 'warn' as ReturnType<Logger['getLevel']>
