import { HubError } from '#contract'
import { UUID } from '../../core/index.ts'
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
  const { state, rest } = withoutState(words)
  const [verb = 'list', id, outcome] = rest
  if (verb === 'list') {
    const { items } = await client.get<{ items: Item[] }>(
      `/${what}?limit=${LINES}${state ? `&state=${encodeURIComponent(state)}` : ''}`,
    )
    if (json) return print(items)
    if (items.length === 0) process.stderr.write(`no ${what}${state ? ` that are ${state}` : ''}\n`)
    for (const item of items) process.stdout.write(`${line(item)}\n`)
    return 0
  }
  const states = DECIDED[verb]?.[what]
  if (!states) {
    const verbs = ['list', ...Object.keys(DECIDED).filter((one) => DECIDED[one]?.[what])]
    throw new HubError('INPUT_INVALID', `there is no "${what} ${verb}": ${verbs.join(', ')}`)
  }
  if (!id) throw new HubError('INPUT_INVALID', `name one: ${what} ${verb} <id>`)
  if (verb === 'resolve' && (!outcome || !['sent', 'resend', 'drop'].includes(outcome))) {
    throw new HubError(
      'INPUT_INVALID',
      'say what happened: deliveries resolve <id> sent (it arrived), resend (it did not) or drop (give it up)',
    )
  }
  const full = await fullId(client, what, id, states)
  if (verb === 'show') return print(await client.get(`/${what}/${full}`))
  if (verb === 'retry') return done(await client.post<Item>(`/${what}/${full}/retry`), json)
  return done(await client.post<Item>(`/deliveries/${full}/resolve`, { outcome }), json)
}

/** What each decision is for, so that it is found however old it is. */
const DECIDED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  show: { jobs: ['dead', 'cancelled'], deliveries: ['dead', 'held'] },
  retry: { jobs: ['dead', 'cancelled'], deliveries: ['dead'] },
  resolve: { deliveries: ['held'] },
}
const SHORT_ID = 6

/** People see and type the last six characters of an id. */
async function fullId(client: Client, what: string, id: string, states: readonly string[]): Promise<string> {
  if (UUID.test(id)) return id
  if (id.length < SHORT_ID)
    throw new HubError('INPUT_INVALID', `${id} is too short: give at least its last ${SHORT_ID} characters`)
  const pages = await Promise.all(
    [`/${what}?limit=200`, ...states.map((state) => `/${what}?limit=200&state=${state}`)].map((path) =>
      client.get<{ items: Item[] }>(path),
    ),
  )
  const ids = new Set(pages.flatMap((page) => page.items.map((item) => item.id)))
  const found = [...ids].filter((one) => one.endsWith(id.toLowerCase()))
  if (found.length === 1 && found[0] !== undefined) return found[0]
  throw new HubError(
    'NOT_FOUND',
    found.length === 0
      ? `none of the newest 200 ${what} ends in ${id}: give the whole id`
      : `${found.length} ${what} end in ${id}: give the whole id`,
  )
}

/** `--state dead` or `--state=dead`, wherever it stands. */
function withoutState(words: readonly string[]): {
  readonly state: string | undefined
  readonly rest: readonly string[]
} {
  const at = words.findIndex((w) => w === '--state' || w.startsWith('--state='))
  const unknown = words.find((w, i) => w.startsWith('--') && i !== at)
  if (unknown !== undefined) throw new HubError('INPUT_INVALID', `there is no option ${unknown}: --state and --json`)
  if (at < 0) return { state: undefined, rest: words }
  const inOne = words[at]?.split('=')[1]
  const state = inOne ?? words[at + 1]
  if (!state) throw new HubError('INPUT_INVALID', 'name the state: --state dead')
  return { state, rest: words.toSpliced(at, inOne === undefined ? 2 : 1) }
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
