import type { Directory } from './desk.ts'
import { HubError } from './errors.ts'
import type { Account, Person } from './people.ts'

/**
 * Whom a text mentions: the word that stands for them in it, such as '@anna', and the platform's id of the account; null where the mention is of
 * no person, as of a channel or a group. A word has no blanks and stands for one account in its text.
 */
export type Mentions = Readonly<Record<string, string | null>>

const MOST_SHOWN = 60
/** A label is what its owner typed somewhere: none of its characters may format, quote or end the mention. */
const plain = (label: string) => label.replace(/[`*_~[\]<>|\\"'“”„‘’«»\s]/g, '')

/** How a command is given somebody who was mentioned: '<@slack:U0ANNA|anna>', one word whatever the name is. */
export function mentionOf(word: string, account: Account | null): string {
  const key = account === null || /[<>|\\\s]/.test(account.id) ? '' : `${account.plugin}:${account.id}`
  return `<@${key}|${plain(word.replace(/^@/, '')).slice(0, MOST_SHOWN).toWellFormed()}>`
}
interface Mention {
  /** Absent where somebody wrote a bare id: '<@U0ANNA>'. */
  readonly plugin?: string
  /** Empty where it is of no person. */
  readonly id: string
  readonly label: string
}
function readMention(who: string): Mention | null {
  const [all, key = '', label = ''] = /^<@!?([^<>|]*)(?:\|([^<>]*))?>$/.exec(who) ?? []
  if (all === undefined) return null
  const [, plugin, id] = /^([a-z][a-z0-9-]*):(.+)$/.exec(key) ?? []
  return plugin === undefined || id === undefined ? { id: key, label } : { plugin, id, label: plain(label) }
}
/** A person argument as it is asked about: 'anna (slack:U0ANNA)' of a mention, else as it was typed. */
export function shownPerson(who: string): string {
  const mention = readMention(who)
  if (mention?.plugin === undefined) return plainly(who)
  return `${mention.label} (${mention.plugin}:${mention.id})`
}
const plainly = (text: string) => text.replace(/[`*_~[\]<>|\\]/g, '')

/**
 * Whom a person argument means: exactly the account of a mention or of '<plugin>:<id>', met now if need be; else everybody of that name.
 * @throws HubError INPUT_INVALID: a mention of no person of this workspace; NOT_FOUND: nobody goes by that name
 */
export async function peopleOf(
  directory: Pick<Directory, 'find' | 'personFor'>,
  workspace: string,
  who: string,
): Promise<readonly Person[]> {
  const plugin = workspace.slice(0, Math.max(0, workspace.indexOf(':')))
  const name = `name the account: ${plugin}:<id>`
  // A name cannot pass for an account: names are chosen by their owners.
  const mention = readMention(who)
  if (mention) {
    if (mention.id === '')
      throw new HubError('INPUT_INVALID', `@${mention.label} is no person. Mention one, or ${name}`)
    if (mention.plugin !== undefined && mention.plugin !== plugin)
      throw new HubError(
        'INPUT_INVALID',
        `${shownPerson(who)} is an account of ${mention.plugin}, and ${workspace} has others: ${name}`,
      )
    const person = await directory.personFor(workspace, { plugin, id: mention.id })
    // Somebody who has not spoken yet is called by their id; the mention knows better.
    const isNameless = mention.plugin !== undefined && mention.label !== '' && person.name === mention.id
    return [isNameless ? { ...person, name: mention.label } : person]
  }
  if (who.startsWith(`${plugin}:`))
    return [await directory.personFor(workspace, { plugin, id: who.slice(plugin.length + 1) })]
  const found = await directory.find(workspace, who.replace(/^@/, ''))
  if (found.length > 0) return found
  throw new HubError('NOT_FOUND', `Nobody called ${plainly(who)} has spoken to the hub here. Mention them, or ${name}`)
}
