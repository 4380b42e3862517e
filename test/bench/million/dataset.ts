import type postgres from 'postgres'
import type { StoryDraft } from '../../../plugins/story/version.ts'

/** One workspace holds two fifths of everything: the worst case of every list and search. */
export const BIG = 'slack:T0'
const WORKSPACES = 200
export const BIG_TABLES: readonly string[] = ['inbox', 'jobs', 'outbox', 'audit', 'stories', 'story_versions']

/** As many open rows as a hub has that is an hour behind. */
const PENDING = 8_000
const RUNNING = 64

/** Thirty days and a quarter of an hour: the oldest rows are due to be pruned. */
const AGE_MS = (30 * 24 * 60 + 15) * 60_000
const START_MS = Date.now() - AGE_MS
/** Between two of a million rows, in tenths of a millisecond. */
const STEP = Math.floor(AGE_MS / 100_000)

/** Ids begin with the time of their row, as the hub makes them: what is old is found by it. `n` is the row's number. */
const ID = (n: string) =>
  `(lpad(to_hex(${START_MS} + ${n}::bigint * ${STEP} / 10), 12, '0') || '70008000' || lpad(to_hex(${n}), 12, '0'))::uuid`
export const idOf = (n: number) =>
  `${(START_MS + Math.floor((n * STEP) / 10)).toString(16).padStart(12, '0')}70008000${n.toString(16).padStart(12, '0')}`.replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12})$/,
    '$1-$2-$3-$4-$5',
  )
const WORKSPACE = `case when n % 5 < 2 then '${BIG}' else 'slack:T' || (n / 5 % ${WORKSPACES} + 1) end`
const at = (rows: number) => `clock_timestamp() - (${rows} - n)::float8 / ${rows} * interval '${AGE_MS} milliseconds'`
const PLACE = `jsonb_build_object('plugin', 'slack', 'workspace', ${WORKSPACE}, 'channel', 'C' || n % 4000, 'visibility', 'team')`

const WORDS = {
  role: [
    'support agent',
    'shop owner',
    'nurse',
    'teacher',
    'driver',
    'auditor',
    'new customer',
    'administrator',
    'accountant',
    'guest',
  ],
  verb: [
    'export',
    'import',
    'archive',
    'approve',
    'filter',
    'schedule',
    'translate',
    'merge',
    'restore',
    'share',
    'print',
    'rename',
  ],
  thing: [
    'invoices',
    'tickets',
    'timesheets',
    'contracts',
    'orders',
    'photos',
    'reports',
    'passwords',
    'refunds',
    'appointments',
    'backups',
  ],
  end: [
    'by month',
    'as a spreadsheet',
    'for one team',
    'before the deadline',
    'without help',
    'from a phone',
    'in two languages',
  ],
}
const pick = (words: readonly string[], expression: string) =>
  `(array[${words.map((word) => `'${word}'`).join(', ')}])[1 + (${expression}) % ${words.length}]`
const TITLE = `initcap(${pick(WORDS.verb, 'n / 3')}) || ' ' || ${pick(WORDS.thing, 'n / 37')} || ' ' || ${pick(WORDS.end, 'n / 411')} || ' ' || n`
const SOURCE = `'As a ' || ${pick(WORDS.role, 'n / 7')} || ' I want to ' || ${pick(WORDS.verb, 'n / 3')} || ' ' || ${pick(WORDS.thing, 'n / 37')} ||
  ' ' || ${pick(WORDS.end, 'n / 411')} || ' so that case ' || md5(n::text) || ' is closed in time'`

/** Fills every table that grows, with the states of a healthy hub that has run for a month: nothing held, nothing cancelled. Indexes are made afterwards, as that takes a fraction. */
export async function fill(sql: postgres.Sql, rows: number): Promise<void> {
  await sql.unsafe(
    `set synchronous_commit = off; set maintenance_work_mem = '512MB'; set session_replication_role = replica`,
  )
  const indexes = await sql<{ name: string; definition: string }[]>`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace s on s.oid = c.relnamespace
    where s.nspname = 'hub' and c.relname = any(${[...BIG_TABLES]}) and not i.indisprimary`
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`)
  for (const statement of statements(rows)) await sql.unsafe(statement)
  for (const { definition } of indexes) await sql.unsafe(definition)
  await sql.unsafe(`set session_replication_role = origin; reset synchronous_commit`)
  await sql.unsafe('vacuum analyze')
}

function statements(rows: number): readonly string[] {
  const series = `from generate_series(1, ${rows}) as n`
  const running = rows - PENDING - RUNNING
  const pending = rows - PENDING
  return [
    `insert into hub.workspaces (id, plugin, name) select 'slack:T' || n, 'slack', 'Team ' || n from generate_series(0, ${WORKSPACES}) as n`,
    `insert into hub.people (workspace, id, name) select 'slack:T' || n % ${WORKSPACES + 1}, ${ID('n')}, 'Person ' || n from generate_series(1, 20000) as n`,
    `insert into hub.accounts (workspace, plugin, account_id, person_id)
     select 'slack:T' || n % ${WORKSPACES + 1}, 'slack', 'U' || n, ${ID('n')} from generate_series(1, 20000) as n`,
    `insert into hub.limits (key, next_at) select 'slack:T' || n % ${WORKSPACES} || ':channel:C' || n, clock_timestamp() from generate_series(1, 20000) as n`,
    `insert into hub.inbox (id, workspace, source, delivery_id, kind, body, state, received_at)
     select ${ID('n')}, ${WORKSPACE}, 'slack', 'trigger:' || n, 'command',
       jsonb_build_object('input', 'story ' || ${SOURCE}, 'actor', jsonb_build_object('plugin', 'slack', 'id', 'U' || n % 20000), 'place', ${PLACE}),
       case when n > ${rows - 500} then 'new' else 'dispatched' end, ${at(rows)} ${series}`,
    `insert into hub.jobs (id, workspace, kind, key, lane, state, attempts, fence, worker, lease_until, run_at, origin, created_at, finished_at, result, error, error_code)
     select ${ID('n')}, ${WORKSPACE}, 'command', 'command:' || ${ID('n')}, case when n % 3 = 0 then 'slack:C' || n % 900 end,
       s.state, 1, 1, 'worker', case when s.state = 'running' then clock_timestamp() + interval '1 hour' end, ${at(rows)}, ${ID('n')}, ${at(rows)},
       case when s.state in ('done', 'dead', 'cancelled') then ${at(rows)} end,
       case when s.state = 'done' then jsonb_build_object('text', 'Story ' || ${TITLE}) end,
       case when s.state = 'dead' then 'the tracker refused it' end, case when s.state = 'dead' then 'FORBIDDEN' end
     from generate_series(1, ${rows}) as n, lateral (select case when n > ${pending} then 'pending' when n > ${running} then 'running'
       when n % 300 = 0 then 'dead' else 'done' end as state) as s`,
    `insert into hub.outbox (id, workspace, key, job_id, plugin, lane, op, place, message, state, attempts, fence, worker, lease_until, not_before, created_at, finished_at, posted)
     select ${ID('n')}, ${WORKSPACE}, ${ID('n')} || ':result', ${ID('n')}, 'slack', ${WORKSPACE} || ':C' || n % 4000, 'post', ${PLACE},
       jsonb_build_object('text', 'Story ' || ${TITLE}, 'blocks', jsonb_build_array(jsonb_build_object('kind', 'text', 'markdown', ${SOURCE}))),
       s.state, 1, 1, 'worker', case when s.state = 'inflight' then clock_timestamp() + interval '1 hour' end, ${at(rows)}, ${at(rows)},
       case when s.state in ('sent', 'dead', 'superseded') then ${at(rows)} end,
       case when s.state = 'sent' then ${PLACE} || jsonb_build_object('message', n::text) end
     from generate_series(1, ${rows}) as n, lateral (select case when n > ${pending} then 'pending' when n > ${running} then 'inflight'
       when n > ${running - 200} then 'unknown' when n % 400 = 1 then 'dead' when n % 100 = 2 then 'superseded' else 'sent' end as state) as s`,
    `insert into hub.audit (workspace, at, actor, action, subject, outcome, job_id)
     select ${WORKSPACE}, ${at(rows)}, 'slack:U' || n % 20000, 'command', 'story', case when n % 50 = 0 then 'denied' else 'done' end, ${ID('n')} ${series}`,
    `insert into hub.stories (workspace, id, number, title, state, version, source, source_hash, language, created_by, created_by_name, created_at, updated_at)
     select w, ${ID('n')}, row_number() over (partition by w order by n), ${TITLE}, case when n % 3 = 0 then 'approved' else 'draft' end, 1, ${SOURCE},
       md5(n::text), 'en', 'slack:U' || n % 20000, 'Person ' || n % 20000, ${at(rows)}, ${at(rows)}
     from (select n, ${WORKSPACE} as w ${series}) as numbered`,
    `insert into hub.story_numbers (workspace, last) select workspace, max(number) from hub.stories group by workspace`,
    `insert into hub.story_versions (workspace, story_id, version, job_id, draft, generated, provenance, author, author_name)
     select workspace, id, 1, id::text, '${DRAFT}', '${DRAFT}', '${PROVENANCE}', created_by, created_by_name from hub.stories`,
  ]
}

const criterion = (id: string, kind: 'happy' | 'failure' | 'boundary'): StoryDraft['criteria'][number] => ({
  id,
  title: `Case ${id}`,
  kind,
  given: ['an invoice of this month'],
  when: 'the export is asked for',
  then: ['it is in the file'],
  source: null,
})
const DRAFT = JSON.stringify({
  title: 'Export invoices',
  role: 'accountant',
  goal: 'to export the invoices of a month',
  benefit: null,
  criteria: [criterion('AC-1', 'happy'), criterion('AC-2', 'failure'), criterion('AC-3', 'boundary')],
  removed: [],
  lastId: 3,
  questions: [],
  assumptions: [],
  invest: [],
  size: 'S',
  sizeReason: 'one view',
  confidence: 0.8,
  language: 'en',
} satisfies StoryDraft)
const PROVENANCE = JSON.stringify({ by: 'offline', model: null, tokens: 0, notes: [], findings: [], conflicts: [] })
