import type { Plugin } from '#contract'

/** An extension that ships with the hub. It is imported only when it is on: SDKs cost start-up time and memory. */
export interface Shipped {
  readonly name: string
  readonly kind: 'adapter' | 'plugin'
  /** Variables that turn it on; empty: always on. */
  readonly needs: readonly string[]
  /** Of these sets one has to be complete; named is the one that was begun, of equals the one that lacks least. */
  readonly either?: readonly (readonly string[])[]
  /** Said beside the missing variables: what the hub does without it. */
  readonly without?: string
  /** Said in the start-up report while it is on: addresses that are entered elsewhere. */
  readonly says?: (env: Environment) => string
  /** Config keys whose variable is not `<NAME>_<KEY>`. */
  readonly variables?: Readonly<Record<string, string>>
  load(): Promise<Plugin>
}

export const SHIPPED: readonly Shipped[] = [
  {
    name: 'console',
    kind: 'adapter',
    needs: [],
    load: async () => (await import('../adapters/console/index.ts')).consoleAdapter as Plugin,
  },
  {
    name: 'slack',
    kind: 'adapter',
    needs: [],
    either: [
      ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'],
      ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'],
      ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'HUB_PUBLIC_URL', 'SLACK_SIGNING_SECRET'],
      ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'HUB_PUBLIC_URL', 'SLACK_APP_TOKEN'],
    ],
    variables: { publicUrl: 'HUB_PUBLIC_URL', linkEmailDomains: 'HUB_LINK_EMAIL_DOMAINS' },
    says: ({ SLACK_CLIENT_ID, HUB_PUBLIC_URL = '' }) => {
      const root = `${HUB_PUBLIC_URL.replace(/\/+$/, '')}/hooks/slack`
      return SLACK_CLIENT_ID ? `install at ${root}/install · redirect URL ${root}/oauth` : ''
    },
    load: async () => (await import('../adapters/slack/index.ts')).slack as Plugin,
  },
  {
    name: 'discord',
    kind: 'adapter',
    needs: ['DISCORD_APP_ID', 'DISCORD_PUBLIC_KEY', 'DISCORD_BOT_TOKEN'],
    load: async () => (await import('../adapters/discord/index.ts')).discord as Plugin,
  },
  {
    name: 'teams',
    kind: 'adapter',
    needs: ['TEAMS_APP_ID', 'TEAMS_APP_PASSWORD'],
    load: async () => (await import('../adapters/teams/index.ts')).teams as Plugin,
  },
  {
    name: 'github',
    kind: 'adapter',
    needs: ['GITHUB_WEBHOOK_SECRET'],
    either: [['GITHUB_TOKEN'], ['GITHUB_APP_ID', 'GITHUB_PRIVATE_KEY']],
    load: async () => (await import('../adapters/github/index.ts')).github as Plugin,
  },
  {
    name: 'mail',
    kind: 'adapter',
    needs: ['SMTP_URL', 'MAIL_FROM'],
    variables: { url: 'SMTP_URL', publicUrl: 'HUB_PUBLIC_URL', imapUrl: 'IMAP_URL', moveTo: 'IMAP_MOVE_TO' },
    load: async () => (await import('../adapters/mail/index.ts')).mailAdapter as Plugin,
  },
  {
    name: 'jira',
    kind: 'adapter',
    needs: ['JIRA_BASE_URL'],
    either: [
      ['JIRA_EMAIL', 'JIRA_API_TOKEN', 'JIRA_WEBHOOK_SECRET'],
      ['JIRA_PERSONAL_ACCESS_TOKEN', 'JIRA_WEBHOOK_SECRET'],
      ['JIRA_CLIENT_ID', 'JIRA_CLIENT_SECRET', 'HUB_PUBLIC_URL'],
    ],
    variables: { publicUrl: 'HUB_PUBLIC_URL' },
    says: ({ JIRA_CLIENT_ID, HUB_PUBLIC_URL = '' }) => {
      const root = `${HUB_PUBLIC_URL.replace(/\/+$/, '')}/hooks/jira`
      return JIRA_CLIENT_ID ? `connect it at ${root}/install · callback URL ${root}/oauth` : ''
    },
    load: async () => (await import('../adapters/jira/index.ts')).jira as Plugin,
  },
  {
    name: 'linear',
    kind: 'adapter',
    needs: ['LINEAR_API_KEY', 'LINEAR_WEBHOOK_SECRET'],
    load: async () => (await import('../adapters/linear/index.ts')).linear as Plugin,
  },
  {
    name: 'anthropic',
    kind: 'adapter',
    needs: ['ANTHROPIC_API_KEY'],
    without: 'stories are drafted offline',
    variables: { model: 'HUB_MODEL' },
    load: async () => (await import('../adapters/anthropic/index.ts')).anthropic as Plugin,
  },
  {
    name: 'hub',
    kind: 'plugin',
    needs: [],
    load: async () => (await import('../plugins/hub/index.ts')).hubPlugin as Plugin,
  },
  {
    name: 'story',
    kind: 'plugin',
    needs: [],
    load: async () => (await import('../plugins/story/index.ts')).story as Plugin,
  },
  {
    name: 'docs',
    kind: 'plugin',
    needs: [],
    load: async () => (await import('../plugins/docs/index.ts')).docs as Plugin,
  },
  {
    name: 'deploy',
    kind: 'plugin',
    needs: [],
    load: async () => (await import('../plugins/deploy/index.ts')).deploy as Plugin,
  },
  {
    name: 'digest',
    kind: 'plugin',
    needs: [],
    load: async () => (await import('../plugins/digest/index.ts')).digest as Plugin,
  },
  {
    name: 'workflow',
    kind: 'plugin',
    needs: [],
    variables: { publicUrl: 'HUB_PUBLIC_URL' },
    load: async () => (await import('../plugins/workflow/index.ts')).workflow as Plugin,
  },
]

export type Environment = Readonly<Record<string, string | undefined>>

/** Which variables are still missing. Half a configuration is as good as none, and is said. */
export function missingVariables(shipped: Shipped, env: Environment): readonly string[] {
  const { needs, either = [] } = shipped
  const lacking = either.map((names) => ({
    names: names.filter((name) => !env[name]),
    // What is the hub's own is set for many reasons, and shows no intention.
    begun: names.filter((name) => env[name] && !name.startsWith('HUB_')).length,
  }))
  const [nearest] = lacking.toSorted(
    (a, b) =>
      Number(b.names.length === 0) - Number(a.names.length === 0) ||
      b.begun - a.begun ||
      // Of ways that nobody began, the first is the usual one.
      (a.begun === 0 ? 0 : a.names.length - b.names.length),
  )
  return [...(nearest?.names ?? []), ...needs.filter((name) => !env[name])]
}
