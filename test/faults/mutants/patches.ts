/** Source text of the product, replaced while a hub of the fault tests loads it. */
export interface Patch {
  /** What is wrong then, or for the time-saving ones: what is quicker. */
  readonly what: string
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[]
}

/** Exit code of a hub whose source a patch does not fit. */
export const PATCH_UNFIT = 3

/** Mistakes that hubs of this kind are known for. Each must turn its scenario red. */
export const MUTANTS: Readonly<Record<string, Patch & { readonly scenario: string }>> = {
  'ack-before-commit': {
    what: 'the platform hears 2xx before the row is stored',
    scenario: 'postgres-restart',
    edits: [
      {
        file: 'core/entry.ts',
        find: 'return { status: await inbox.accept(arrival), id: arrival.id, announce }',
        replace: `inbox.accept(arrival).catch(() => undefined)
      return { status: 'queued', id: arrival.id, announce }`,
      },
    ],
  },
  'no-fence': {
    what: 'a worker that lost its lease may still write',
    scenario: 'zombie',
    edits: [
      {
        file: 'core/ledger/outbox.ts',
        find: `where o.id = r.id
      and o.fence = case o.state when 'inflight' then r.fence when 'reconciling' then r.fence when 'unknown' then r.fence + 1 end
    returning o.id
  )`,
        replace: `where o.id = r.id
    returning o.id
  )`,
      },
      {
        file: 'core/ledger/jobs.ts',
        find: `where j.id = r.id and j.fence = case j.state when 'running' then r.fence end
    returning j.id
  )`,
        replace: `where j.id = r.id
    returning j.id
  )`,
      },
    ],
  },
  'sdk-retries': {
    what: 'the client repeats calls by itself, as @slack/web-api does unless told not to',
    scenario: 'response-lost',
    edits: [
      {
        file: 'adapters/slack/client.ts',
        find: '? await http.post(apiUrl + method, JSON.stringify(args), { authorization, ...JSON_BODY }, signal)',
        replace: `? await (async () => {
              for (let left = 10; ; left--) {
                try {
                  const answer = await http.post(apiUrl + method, JSON.stringify(args), { authorization, ...JSON_BODY }, signal)
                  if (answer.status < 500 || left === 0) return answer
                } catch (error) {
                  if (left === 0) throw error
                }
                await new Promise((resolve) => setTimeout(resolve, 100))
              }
            })()`,
      },
    ],
  },
  'no-reconcile': {
    what: 'a send whose answer was lost is sent again without a look',
    scenario: 'response-lost',
    edits: [
      {
        file: 'core/delivery/deliver.ts',
        find: "return { ...base(send), state: 'unknown', error: message, errorCode: code, waitMs: deps.times.firstLookMs }",
        replace: 'return retryOrDie(send, message, code, asked)',
      },
    ],
  },
  'cursor-relay': {
    what: 'arrivals are read past the highest number seen, and not by their state',
    scenario: 'concurrent-duplicates',
    edits: [
      {
        file: 'core/ledger/dispatch.ts',
        find: "where state = 'new' order by seq limit $1 for update",
        replace: `where state = 'new' and seq > coalesce((select max(seq) from hub.inbox where state = 'dispatched'), 0)
    order by seq limit $1 for update`,
      },
    ],
  },
  'dedupe-apart': {
    what: 'the key of a delivery is stored in a transaction before its row',
    scenario: 'receiver-kill',
    edits: [
      {
        file: 'core/ledger/inbox.ts',
        find: `crashPoint('before_inbox_commit')
    const inserted = await sql.query<{ id: string }>(INSERT, [JSON.stringify(rows)])`,
        replace: `const seen = await sql.query<{ key: string }>(
      \`insert into hub.kv (workspace, plugin, key, value)
       select workspace, 'seen', delivery_id, '' from json_to_recordset($1::text::json) as r(workspace text, delivery_id text)
       on conflict do nothing returning key\`,
      [JSON.stringify(rows)],
    )
    crashPoint('before_inbox_commit')
    const fresh = rows.filter((row) => seen.some(({ key }) => key === row.delivery_id))
    const inserted = await sql.query<{ id: string }>(INSERT, [JSON.stringify(fresh)])`,
      },
    ],
  },
}
/** Waits that would make a run long and prove nothing more. */
const QUICKER: Readonly<Record<string, Patch>> = {
  'quick-breaker': {
    what: 'refused credentials are tried again after 2 s, and not after a minute',
    edits: [{ file: 'core/delivery/breaker.ts', find: 'const FIRST_MS = 60_000', replace: 'const FIRST_MS = 2_000' }],
  },
  'tenfold-limits': {
    what: "the platforms' seconds last 100 ms",
    edits: [
      {
        file: 'adapters/discord/limits.ts',
        find: 'const CHANNEL = { intervalMs: 1_000, burst: 5 }',
        replace: 'const CHANNEL = { intervalMs: 100, burst: 5 }',
      },
      {
        file: 'adapters/discord/limits.ts',
        find: 'const GLOBAL = { intervalMs: 20, burst: 45 }',
        replace: 'const GLOBAL = { intervalMs: 2, burst: 45 }',
      },
      {
        file: 'adapters/teams/limits.ts',
        find: 'thread: { intervalMs: 1_000, burst: 6 }',
        replace: 'thread: { intervalMs: 100, burst: 6 }',
      },
      {
        file: 'adapters/teams/limits.ts',
        find: 'hour: { intervalMs: 3_010, burst: 600 }',
        replace: 'hour: { intervalMs: 301, burst: 600 }',
      },
      {
        file: 'adapters/teams/limits.ts',
        find: 'tenant: { intervalMs: 50, burst: 10 }',
        replace: 'tenant: { intervalMs: 5, burst: 10 }',
      },
      {
        file: 'adapters/slack/limits.ts',
        find: 'channel: { intervalMs: 1_000, burst: 3 }',
        replace: 'channel: { intervalMs: 100, burst: 3 }',
      },
      {
        file: 'adapters/slack/limits.ts',
        find: "'chat.postMessage': { intervalMs: 200, burst: 20 }",
        replace: "'chat.postMessage': { intervalMs: 20, burst: 20 }",
      },
      {
        file: 'adapters/slack/limits.ts',
        find: "'chat.postEphemeral': { intervalMs: 600, burst: 10 }",
        replace: "'chat.postEphemeral': { intervalMs: 60, burst: 10 }",
      },
    ],
  },
  'quick-backoff': {
    what: 'a failed command is tried again after 50 ms, 100 ms, …',
    edits: [{ file: 'core/handlers.ts', find: 'backoffMs: 1000', replace: 'backoffMs: 50' }],
  },
}
export const PATCHES: Readonly<Record<string, Patch>> = { ...MUTANTS, ...QUICKER }
