import { HubError } from '#contract'
import type { Client } from './client.ts'

interface Item {
  readonly id: string
  readonly state: string
  readonly attempts: number
  readonly createdAt: string
  readonly workspace: string
  readonly error: string | null
  readonly summary?: string
  readonly text?: string
  readonly plugin?: string
}
const LINES = 50

/** `jobs` and `deliveries`: what lies where, and the decisions a person may take. */
export async function runLedger(
  client: Client,
  what: 'jobs' | 'deliveries',
  words: readonly string[],
  json: boolean,
): Promise<number> {
  const [verb = 'list', id, outcome] = words.filter((w) => !w.startsWith('--'))
  if (verb === 'list') {
    const state = optionOf(words, '--state')
    const { items } = await client.get<{ items: Item[] }>(
      `/${what}?limit=${LINES}${state ? `&state=${encodeURIComponent(state)}` : ''}`,
    )
    if (json) return print(items)
    if (items.length === 0) process.stderr.write(`no ${what}${state ? ` that are ${state}` : ''}\n`)
    for (const item of items) process.stdout.write(`${line(item)}\n`)
    return 0
  }
  if (!id) throw new HubError('INPUT_INVALID', `name one: ${what} ${verb} <id>`)
  const full = await fullId(client, what, id)
  if (verb === 'show') return print(await client.get(`/${what}/${full}`))
  if (verb === 'retry') return done(await client.post<Item>(`/${what}/${full}/retry`), json)
  if (verb === 'resolve' && what === 'deliveries') {
    if (!outcome || !['sent', 'resend', 'drop'].includes(outcome)) {
      throw new HubError(
        'INPUT_INVALID',
        'say what happened: deliveries resolve <id> sent (it arrived), resend (it did not) or drop (give it up)',
      )
    }
    return done(await client.post<Item>(`/deliveries/${full}/resolve`, { outcome }), json)
  }
  throw new HubError(
    'INPUT_INVALID',
    `there is no "${what} ${verb}": ${what === 'jobs' ? 'list, show, retry' : 'list, show, retry, resolve'}`,
  )
}

/** People see and type the last six characters of an id. */
async function fullId(client: Client, what: string, id: string): Promise<string> {
  if (id.length >= 32) return id
  const { items } = await client.get<{ items: Item[] }>(`/${what}?limit=200`)
  const found = items.filter((i) => i.id.endsWith(id.toLowerCase()))
  if (found.length === 1 && found[0]) return found[0].id
  throw new HubError(
    'NOT_FOUND',
    found.length === 0
      ? `none of the newest 200 ${what} ends in ${id}: give the whole id`
      : `${found.length} ${what} end in ${id}: give the whole id`,
  )
}

function optionOf(words: readonly string[], name: string): string | undefined {
  const at = words.findIndex((w) => w === name || w.startsWith(`${name}=`))
  if (at < 0) return undefined
  return words[at]?.includes('=') ? words[at]?.split('=')[1] : words[at + 1]
}
function line(item: Item): string {
  const what = (item.summary ?? item.text ?? '').replaceAll(/\s+/g, ' ').slice(0, 60)
  const why = item.error ? `  ! ${item.error}` : ''
  return `${item.id.slice(-6)}  ${item.createdAt.slice(0, 19).replace('T', ' ')}  ${item.state.padEnd(11)} ×${item.attempts}  ${item.workspace}  ${what}${why}`
}
function print(value: unknown): number {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
  return 0
}
function done(item: Item, json: boolean): number {
  if (json) return print(item)
  process.stdout.write(`${line(item)}\n`)
  return 0
}
