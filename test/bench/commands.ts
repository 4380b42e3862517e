import { createHmac } from 'node:crypto'

/** Which slash commands a run sends. They go round workspaces, channels and users, so that Slack's limits for each do not decide. */
export interface Commands {
  /** Keeps ids of different runs apart. */
  readonly run: string
  /** Number of the first command; each counts one up. */
  readonly first: number
  readonly workspaces: number
  /** In each workspace. */
  readonly channels: number
  readonly users: readonly string[]
}

/** Form fields as Slack sends them: https://docs.slack.dev/interactivity/implementing-slash-commands */
export function commandFields(commands: Commands, index: number): Record<string, string> {
  const n = commands.first + index
  const workspace = n % commands.workspaces
  const turn = Math.floor(n / commands.workspaces)
  const user = commands.users[turn % commands.users.length] ?? 'U0ANN0001'
  return {
    token: 'verification',
    team_id: `TBENCH${workspace}`,
    team_domain: 'example',
    channel_id: `C${workspace}X${turn % commands.channels}`,
    channel_name: 'bench',
    user_id: user,
    user_name: user.toLowerCase(),
    command: '/echo',
    text: `${commands.run}-${n}`,
    api_app_id: 'A0000001',
    is_enterprise_install: 'false',
    response_url: `https://hooks.slack.com/commands/TBENCH${workspace}/${n}/bench`,
    trigger_id: `${commands.run}.${n}`,
  }
}

/** One signed request, ready for the socket. */
export function signedRequest(fields: Record<string, string>, to: { path: string; secret: string }): Buffer {
  const body = new URLSearchParams(fields).toString()
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', to.secret).update(`v0:${timestamp}:${body}`).digest('hex')
  const head = [
    `POST ${to.path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Content-Type: application/x-www-form-urlencoded',
    `X-Slack-Request-Timestamp: ${timestamp}`,
    `X-Slack-Signature: v0=${signature}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}
