/** Every variable the hub reads, for the README table, `hub doctor` and the error messages. The code below and in `plugins.ts` is the only reader. */
export interface Variable {
  readonly name: string
  readonly meaning: string
  readonly default?: string
}
export const VARIABLES: readonly Variable[] = [
  { name: 'PORT', meaning: 'port to listen on', default: '3000' },
  { name: 'HOST', meaning: 'address to listen on', default: '127.0.0.1' },
  { name: 'HUB_ROLE', meaning: '`all`, `web` (takes in, answers) or `worker` (does the work)', default: 'all' },
  { name: 'DATABASE_URL', meaning: 'PostgreSQL 15 or newer; absent: embedded database in `HUB_DATA_DIR`' },
  { name: 'REDIS_URL', meaning: 'Redis 6.2 or newer for rings between processes; needs `DATABASE_URL`' },
  { name: 'HUB_DATA_DIR', meaning: 'folder of the embedded database, its key and the run file', default: './data' },
  {
    name: 'HUB_SECRET_KEY',
    meaning:
      '32 bytes in hex or base64 that encrypt stored secrets; older keys after commas. Embedded: made in the data folder',
  },
  { name: 'HUB_PUBLIC_URL', meaning: 'address under which people and platforms reach the hub' },
  { name: 'HUB_PLUGINS', meaning: 'further plugins, comma-separated: files or packages' },
  {
    name: 'HUB_LINK_EMAIL_DOMAINS',
    meaning:
      'domains of your own, comma-separated, in which a verified e-mail address joins the accounts of one person, as `member` at most until they confirm it with `/hub link`; name one only if you trust who administers addresses in every connected workspace; empty: none',
  },
  { name: 'HUB_TOKENS_PER_DAY', meaning: 'model tokens a workspace may spend each UTC day', default: '2000000' },
  { name: 'LOG_LEVEL', meaning: '`debug`, `info`, `warn`, `error` or `silent`', default: 'info' },
  { name: 'SLACK_SIGNING_SECRET', meaning: 'turns Slack on, together with the token' },
  {
    name: 'SLACK_APP_TOKEN',
    meaning: 'app-level token instead of the secret: Socket Mode, which needs no public address',
  },
  { name: 'SLACK_BOT_TOKEN', meaning: 'bot token of the Slack app, for the one workspace it belongs to' },
  {
    name: 'SLACK_CLIENT_ID',
    meaning:
      'with its secret and `HUB_PUBLIC_URL`, instead of the bot token: many workspaces install the app at `/hooks/slack/install`',
  },
  { name: 'SLACK_CLIENT_SECRET', meaning: 'client secret of the Slack app' },
  { name: 'SLACK_API_URL', meaning: 'Slack Web API', default: 'https://slack.com/api/' },
  { name: 'DISCORD_APP_ID', meaning: 'turns Discord on, together with the key and the token' },
  { name: 'DISCORD_PUBLIC_KEY', meaning: 'public key of the Discord app' },
  { name: 'DISCORD_BOT_TOKEN', meaning: 'bot token of the Discord app' },
  { name: 'DISCORD_API_URL', meaning: 'Discord API', default: 'https://discord.com/api' },
  {
    name: 'DISCORD_GATEWAY',
    meaning: '`on`: mentions and direct messages in plain words, through a standing connection of one worker',
    default: 'off',
  },
  {
    name: 'DISCORD_GUILD_IDS',
    meaning: 'servers that get the slash commands, comma-separated; empty: every server and direct messages',
  },
  { name: 'TEAMS_APP_ID', meaning: 'Microsoft App ID; turns Teams on, together with the password' },
  { name: 'TEAMS_APP_PASSWORD', meaning: 'client secret of the Teams app' },
  {
    name: 'TEAMS_TENANT_ID',
    meaning: 'the one Entra tenant that may talk to the hub; absent: every tenant that installs the app',
  },
  {
    name: 'TEAMS_OPENID_METADATA_URL',
    meaning: 'where Bot Framework publishes its keys',
    default: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
  },
  { name: 'TEAMS_TOKEN_URL', meaning: "token endpoint; absent: the tenant's at login.microsoftonline.com" },
  { name: 'GITHUB_WEBHOOK_SECRET', meaning: 'turns GitHub on, together with a token or an app' },
  {
    name: 'GITHUB_TOKEN',
    meaning: 'token in whose name the hub comments, proposes and checks; what it needs: adapters/github/README.md',
  },
  { name: 'GITHUB_APP_ID', meaning: 'instead of a token: App ID or Client ID of a GitHub App' },
  { name: 'GITHUB_PRIVATE_KEY', meaning: 'private key of that app, in PEM; line breaks may be written as `\\n`' },
  { name: 'GITHUB_API_URL', meaning: 'GitHub REST API', default: 'https://api.github.com' },
  {
    name: 'SMTP_URL',
    meaning:
      'mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…`; turns mail on, together with the sender',
  },
  { name: 'MAIL_FROM', meaning: 'sender of every mail: `AutoDevHub <hub@example.com>`' },
  { name: 'MAIL_PER_MINUTE', meaning: 'mails the server takes in a minute', default: '600' },
  {
    name: 'IMAP_URL',
    meaning: 'mailbox whose commands are run: `imaps://user:password@host` or `…@host/Folder`; absent: no mail is read',
  },
  { name: 'IMAP_MOVE_TO', meaning: 'folder for mails whose command was taken; absent: they are marked as read' },
  {
    name: 'MAIL_AUTHSERV_ID',
    meaning:
      'name under which your receiving server writes `Authentication-Results`, such as `mx.google.com`; absent: DKIM is verified by the hub',
  },
  { name: 'MAIL_DNS_SERVERS', meaning: "name servers asked about senders' keys; absent: the system's" },
  {
    name: 'JIRA_BASE_URL',
    meaning:
      'the site, such as `https://acme.atlassian.net`; turns Jira on, with the next three, an OAuth app or a personal access token',
  },
  { name: 'JIRA_EMAIL', meaning: 'e-mail address of the account the hub acts as in Jira' },
  { name: 'JIRA_API_TOKEN', meaning: 'API token of that account' },
  { name: 'JIRA_WEBHOOK_SECRET', meaning: 'what Jira signs deliveries with; 16 characters or more' },
  {
    name: 'JIRA_PERSONAL_ACCESS_TOKEN',
    meaning: 'in place of e-mail and token, for Jira Data Center 9.12 or newer',
  },
  {
    name: 'JIRA_CLIENT_ID',
    meaning:
      'with its secret and `HUB_PUBLIC_URL`, instead of those three: an OAuth 2.0 app, which somebody connects to the site at `/hooks/jira/install`',
  },
  { name: 'JIRA_CLIENT_SECRET', meaning: 'secret of that app' },
  { name: 'JIRA_AUTH_URL', meaning: 'where people grant the app access', default: 'https://auth.atlassian.com' },
  { name: 'JIRA_API_URL', meaning: "where the app's calls go", default: 'https://api.atlassian.com' },
  { name: 'LINEAR_API_KEY', meaning: 'personal API key or token of an app; turns Linear on, together with the secret' },
  { name: 'LINEAR_WEBHOOK_SECRET', meaning: 'signing secret of the webhook in Linear' },
  { name: 'LINEAR_API_URL', meaning: 'Linear GraphQL API', default: 'https://api.linear.app/graphql' },
  { name: 'ANTHROPIC_API_KEY', meaning: 'turns Claude on; without it stories are drafted offline' },
  { name: 'ANTHROPIC_BASE_URL', meaning: 'Anthropic API origin', default: 'https://api.anthropic.com' },
  { name: 'HUB_MODEL', meaning: 'model that drafts', default: 'claude-sonnet-5-5' },
  {
    name: 'ANTHROPIC_SMALL_MODEL',
    meaning: 'model used when the budget or the main model gives out',
    default: 'claude-haiku-5-5',
  },
  { name: 'WORKFLOW_DIR', meaning: 'folder of further workflows, one YAML file each' },
  {
    name: 'WORKFLOW_ALLOW_HOSTS',
    meaning:
      'hosts on private addresses that steps of workflows may call, comma-separated, such as `prometheus.internal:9090`',
  },
  {
    name: 'DEPLOY_WEBHOOK_SECRET',
    meaning:
      'opens `POST /hooks/deploy` for reports signed by Standard Webhooks: `whsec_…`; older secrets after commas',
  },
  {
    name: 'DEPLOY_ARGOCD_TOKEN',
    meaning: 'opens `POST /hooks/deploy/argocd` for notifications of Argo CD, which show it',
  },
  {
    name: 'DEPLOY_WEBHOOK_ALLOW_HOSTS',
    meaning:
      'hosts of a private network that outgoing webhooks may go to, comma-separated; empty: public addresses only',
  },
]
