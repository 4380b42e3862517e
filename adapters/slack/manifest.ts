import { type CommandInfo, HubError } from '#contract'
import { SHORTCUT_CALLBACK } from './shortcut.ts'

/** Least scopes: each is used by a call of `client.ts`. https://docs.slack.dev/reference/scopes */
export const BOT_SCOPES = [
  'commands', // slash commands
  'chat:write', // answers
  'files:write', // the full text of what had to be cut
  'app_mentions:read', // @hub story …
  'im:history', // direct messages
  'channels:history', // looks whether an interrupted post arrived
  'groups:history',
  'channels:read', // which kind of channel a mention came from
  'groups:read',
] as const
/** With HUB_LINK_EMAIL_DOMAINS alone: whether an account has a confirmed address. https://docs.slack.dev/reference/methods/users.info */
const EMAIL_SCOPES = ['users:read', 'users:read.email'] as const
export const scopesFor = (readsEmail: boolean): readonly string[] => [
  ...BOT_SCOPES,
  ...(readsEmail ? EMAIL_SCOPES : []),
]
/** What is said to the hub, and what ends an installation. */
const BOT_EVENTS = ['app_mention', 'message.im', 'app_home_opened', 'app_uninstalled', 'tokens_revoked'] as const
/** Slack's sizes: https://docs.slack.dev/reference/app-manifest */
const MAX_DESCRIPTION = 2_000
const MAX_COMMANDS = 50

export interface ManifestInput {
  /** Address under which Slack reaches the hub, https; null: Socket Mode. */
  readonly publicUrl: string | null
  /** Are accounts linked by verified addresses? Then Slack must tell them. */
  readonly readsEmail?: boolean
  readonly commands: readonly Pick<CommandInfo, 'name' | 'summary' | 'usage'>[]
}

/** The app manifest to paste at api.slack.com/apps → From a manifest. One slash command for each first word. */
export function createManifest({ publicUrl, commands, readsEmail = false }: ManifestInput): object {
  if (publicUrl !== null && !publicUrl.startsWith('https://')) {
    throw new HubError('CONFIG_INVALID', 'HUB_PUBLIC_URL must be the https address under which Slack reaches the hub')
  }
  const url = publicUrl === null ? null : `${publicUrl.replace(/\/+$/, '')}/hooks/slack`
  const words = [...new Set(commands.map(({ name }) => name.split(' ', 1).join('')))].slice(0, MAX_COMMANDS)
  return {
    display_information: {
      name: 'AutoDevHub',
      description: 'User stories and workflows from chat',
      background_color: '#1f2328',
    },
    features: {
      bot_user: { display_name: 'hub', always_online: true },
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      shortcuts: [
        {
          name: 'Make a story from this',
          type: 'message',
          callback_id: SHORTCUT_CALLBACK,
          description: 'Reads the thread of the message and drafts a story from it',
        },
      ],
      slash_commands: words.map((word) => {
        const whole = commands.find(({ name }) => name === word)
        const [first] = commands.filter(({ name }) => name.startsWith(`${word} `))
        return {
          command: `/${word}`,
          ...(url === null ? {} : { url }),
          description: (whole ?? first)?.summary.slice(0, MAX_DESCRIPTION) ?? word,
          usage_hint:
            (whole?.usage ?? first?.usage ?? word).replace(/^\/?\S+\s*/, '').slice(0, MAX_DESCRIPTION) || 'help',
          should_escape: true,
        }
      }),
    },
    oauth_config: {
      // For SLACK_CLIENT_ID: where Slack sends people back who install the app in their workspace.
      ...(url === null ? {} : { redirect_urls: [`${url}/oauth`] }),
      scopes: { bot: scopesFor(readsEmail) },
    },
    settings: {
      event_subscriptions: { ...(url === null ? {} : { request_url: url }), bot_events: [...BOT_EVENTS] },
      interactivity: { is_enabled: true, ...(url === null ? {} : { request_url: url }) },
      org_deploy_enabled: true,
      socket_mode_enabled: url === null,
      token_rotation_enabled: false,
    },
  }
}
