import type { Budget } from '#contract'
import type { Sql } from '../store/sql.ts'

/** Peeks older than this are refreshed behind the answer. */
const FRESH_MS = 3_000

/** Counts tokens by workspace and UTC day. `limitTokens` applies to each workspace. */
export function createBudget(
  sql: Sql,
  limitTokens: number,
  count: (model: string, kind: 'input' | 'output' | 'cached', tokens: number) => void = () => {},
): Budget {
  const seen = new Map<string, { day: string; used: number; at: number }>()
  const today = () => new Date().toISOString().slice(0, 10)

  const load = async (workspace: string): Promise<number> => {
    const day = today()
    const [row] = await sql.query<{ used: number }>(
      `select coalesce(sum(input_tokens + output_tokens), 0)::float8 as used from hub.usage where workspace = $1 and day = $2`,
      [workspace, day],
    )
    const used = row?.used ?? 0
    seen.set(workspace, { day, used, at: performance.now() })
    return used
  }
  return {
    peek(workspace) {
      const known = seen.get(workspace)
      const current = known?.day === today() ? known : undefined
      if (!current || performance.now() - current.at > FRESH_MS) {
        // Marked first, so that a burst of acknowledgements asks once.
        seen.set(workspace, { day: today(), used: current?.used ?? 0, at: performance.now() })
        void load(workspace).catch(() => {})
      }
      return { usedTokens: current?.used ?? 0, limitTokens }
    },
    room: async (workspace, tokens) => (await load(workspace)) + tokens <= limitTokens,
    async charge(workspace, model, usage) {
      count(model, 'input', usage.inputTokens)
      count(model, 'output', usage.outputTokens)
      count(model, 'cached', usage.cachedInputTokens)
      await sql.query(
        `insert into hub.usage as u (workspace, day, model, input_tokens, output_tokens, calls) values ($1, $2, $3, $4::bigint, $5::bigint, 1)
         on conflict (workspace, day, model) do update set input_tokens = u.input_tokens + excluded.input_tokens,
           output_tokens = u.output_tokens + excluded.output_tokens, calls = u.calls + 1`,
        [workspace, today(), model, usage.inputTokens, usage.outputTokens],
      )
      await load(workspace)
    },
  }
}
