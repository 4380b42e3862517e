import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { Db } from '../../../core/contract/index.ts'
import { LEDGER_PLANS, PLUGIN_PLANS } from '../../../core/store/postgres.ts'
import { preparing } from '../../../core/store/preparing.ts'
import type { Sql } from '../../../core/store/sql.ts'
import { quantile } from '../figures.ts'
import { BIG_TABLES } from './dataset.ts'

/** What PostgreSQL did for one call of the product's code. */
export interface Watched {
  readonly name: string
  readonly runs: number
  readonly p50Ms: number
  readonly p95Ms: number
  /** Big tables that were read from one end to the other, with the statement that did. */
  readonly scans: readonly string[]
}
export interface Watch {
  readonly sql: Sql
  readonly db: Db
  /** Calls `work` so many times. Milliseconds are those of the caller, so that planning and the way there count too. */
  watch(name: string, runs: number, work: (run: number) => Promise<unknown>): Promise<Watched>
  close(): Promise<void>
}

/** A query that has used this up has failed: its other runs would tell nothing new. */
const BUDGET_MS = 10_000

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Plans?: readonly PlanNode[]
}

/**
 * Connection whose every statement comes with its plan (`explain (analyze, format json)`, by auto_explain): what is judged is the statement
 * that the product's code sends, prepared as there, and not a copy of it.
 */
export function openWatch(url: string): Watch {
  let scans = new Set<string>()
  let explained = 0
  const connect = (settings: Record<string, string>) =>
    postgres(url, {
      max: 1,
      connection: {
        ...settings,
        session_preload_libraries: 'auto_explain',
        'auto_explain.log_min_duration': '0',
        'auto_explain.log_analyze': 'on',
        'auto_explain.log_timing': 'off',
        'auto_explain.log_format': 'json',
        'auto_explain.log_level': 'notice',
      },
      onnotice: ({ message }) => {
        const json = message?.slice(message.indexOf('{'))
        if (!message?.startsWith('duration:') || json === undefined) return
        const { Plan, 'Query Text': query } = JSON.parse(json) as { 'Query Text': string; Plan: PlanNode }
        explained += 1
        const text = query.replace(/\s+/g, ' ').trim().slice(0, 160)
        for (const table of scansOf(Plan)) scans.add(`${table}: ${text}`)
      },
    })
  // As the product opens them: the ledger's statements are planned otherwise than the others.
  const ledger = connect(LEDGER_PLANS)
  const client = connect(PLUGIN_PLANS)
  const run = (on: postgres.Sql | postgres.TransactionSql): Pick<Sql, 'query'> => ({
    async query<T extends object>(
      text: string,
      params: readonly (string | number | boolean | null)[] = [],
    ): Promise<T[]> {
      return (await on.unsafe(text, [...params], { prepare: true })) as unknown as T[]
    },
  })
  return {
    sql: {
      ...run(ledger),
      transaction: async <T>(work: (tx: Pick<Sql, 'query'>) => Promise<T>): Promise<T> =>
        (await ledger.begin((tx) => work(run(tx)))) as T,
    },
    db: drizzle(preparing(client)),
    async watch(name, runs, work) {
      scans = new Set()
      explained = 0
      const times: number[] = []
      const endMs = performance.now() + BUDGET_MS
      for (let n = 0; n < runs && (n === 0 || performance.now() < endMs); n++) {
        const began = performance.now()
        await work(n)
        times.push(performance.now() - began)
      }
      if (explained < times.length)
        throw new Error(`${name}: PostgreSQL told ${explained} plans in ${times.length} runs`)
      return { name, runs: times.length, p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95), scans: [...scans] }
    },
    close: async () => void (await Promise.all([ledger.end({ timeout: 5 }), client.end({ timeout: 5 })])),
  }
}

function scansOf(node: PlanNode): readonly string[] {
  const table = node['Relation Name'] ?? ''
  const own = node['Node Type'].endsWith('Seq Scan') && BIG_TABLES.includes(table) ? [table] : []
  return [...own, ...(node.Plans ?? []).flatMap(scansOf)]
}
