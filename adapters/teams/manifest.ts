import { strToU8, zipSync } from 'fflate'
import { z } from 'zod'
import { type CommandInfo, parseWith } from '#contract'
import { ACCENT, colorIcon, outlineIcon } from './icons.ts'

/** https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema */
const VERSION = '1.19'
const SCOPES = ['personal', 'team', 'groupChat']
/** Teams shows no more of either. */
const MAX_COMMANDS = 10
const MAX_NAME = 32
const MAX_DESCRIPTION = 128

const SEARCHES = [
  {
    id: 'stories',
    type: 'query',
    title: 'Find a story',
    description: 'Stories by words, to put into your message',
    initialRun: true,
    parameters: [{ name: 'words', title: 'Words', description: 'Words of the story, or draft or approved' }],
  },
  {
    id: 'search',
    type: 'query',
    title: 'Find a command',
    description: 'What the hub can do, and how to ask for it',
    initialRun: true,
    parameters: [{ name: 'words', title: 'Words', description: 'Words of the command or of what it does' }],
  },
]

const settings = z.object({
  appId: z.guid(),
  /** The hub's own address as Teams reaches it; pages about it are linked from there. */
  publicUrl: z.url({ protocol: /^https$/, error: 'must be the https address under which Teams reaches the hub' }),
  /** Of the package; Teams takes an upload only when it grew. */
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
})
export interface PackageInput extends z.input<typeof settings> {
  /** What the hub can do, most wanted first: suggested while typing, and where something is asked, offered as a form. */
  readonly commands: readonly Pick<CommandInfo, 'name' | 'summary' | 'fields'>[]
}

/** The app package that is uploaded in Teams: manifest and icons in a zip, the same bytes for the same input. */
export function createPackage(input: PackageInput): Uint8Array {
  const manifest = JSON.stringify(createManifest(input), null, 2)
  const files = { 'manifest.json': strToU8(manifest), 'color.png': colorIcon(), 'outline.png': outlineIcon() }
  return zipSync(files, { mtime: new Date(1980, 0, 1, 12), level: 9 })
}
export function createManifest(input: PackageInput): object {
  const { appId, publicUrl, version } = parseWith(settings, input, 'Teams app package')
  const { origin, host } = new URL(publicUrl)
  const { commands } = input
  const suggested = commands.slice(0, MAX_COMMANDS).map(({ name, summary }) => ({
    title: cut(name, MAX_NAME),
    description: cut(summary, MAX_DESCRIPTION),
  }))
  return {
    $schema: `https://developer.microsoft.com/json-schemas/teams/v${VERSION}/MicrosoftTeams.schema.json`,
    manifestVersion: VERSION,
    version,
    id: appId,
    developer: { name: 'AutoDevHub', websiteUrl: origin, privacyUrl: origin, termsOfUseUrl: origin },
    name: { short: 'AutoDevHub', full: 'AutoDevHub: stories, documents and deployments from chat' },
    description: {
      short: 'Drafts user stories and runs workflows from chat',
      full: 'Mention the bot or write to it: "story As a shopper I want to pay with a saved card". Say "hub help" for everything it can do.',
    },
    icons: { color: 'color.png', outline: 'outline.png' },
    accentColor: ACCENT,
    bots: [
      {
        botId: appId,
        scopes: SCOPES,
        isNotificationOnly: false,
        supportsFiles: false,
        ...(suggested.length > 0 ? { commandLists: [{ scopes: SCOPES, commands: suggested }] } : {}),
      },
    ],
    composeExtensions: [{ botId: appId, commands: [...formsOf(commands), ...SEARCHES] }],
    permissions: ['identity', 'messageTeamMembers'],
    validDomains: [host],
  }
}
/** `openExtension` turns the id back into the command's name. */
function formsOf(commands: PackageInput['commands']): object[] {
  return commands
    .filter(({ fields }) => fields.some((field) => field.value === undefined))
    .slice(0, MAX_COMMANDS - SEARCHES.length)
    .map(({ name, summary }) => ({
      id: name.replaceAll(' ', '.'),
      type: 'action',
      title: cut(name, MAX_NAME),
      description: cut(summary, MAX_DESCRIPTION),
      context: ['compose', 'commandBox', 'message'],
      fetchTask: true,
    }))
}
function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).toWellFormed()}…`
}
