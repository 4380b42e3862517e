import type { JobsControl } from '#contract'
import type { Sql } from '../store/sql.ts'

// What has not become a job yet comes first, so that it does not become one in between.
const ARRIVALS = `
  update hub.inbox set state = 'ignored' where state = 'new' and workspace = $1 and lane = $2 and id < $3::uuid returning id`

// The fence is passed: whoever runs the job loses its lease with the next renewal, and can store nothing.
const JOBS = `
  with ended as (
    update hub.jobs
    set state = 'cancelled', fence = fence + 1, lease_until = null, finished_at = clock_timestamp(), error = $4
    where workspace = $1 and lane = $2 and id < $3::uuid and state in ('pending', 'running')
    returning id
  ), unsaid as (
    update hub.outbox o set state = 'superseded', finished_at = clock_timestamp()
    from ended where o.job_id = ended.id and o.state = 'pending' and o.attempts = 0
    returning o.id
  )
  select id from ended`

// Nobody holds them, so there is nothing to fence or to abort; whoever claims one at this moment finds it ended, or has begun it.
const WITHDRAWN = `
  update hub.jobs set state = 'cancelled', finished_at = clock_timestamp(), error = $3
  where workspace = $1 and lane is not null and lane in (select json_array_elements_text($2::text::json))
    and state = 'pending' and attempts = 0
  returning id`

/** Work that nobody waits for any more. `abort`: what of it this process runs ends now; another one notices with its next renewal. */
export function createJobsControl(sql: Sql, abort: (id: string) => void): JobsControl {
  return {
    async cancelLane({ workspace, lane, before, reason }) {
      const arrived = await sql.query<{ id: string }>(ARRIVALS, [workspace, lane, before])
      const ended = await sql.query<{ id: string }>(JOBS, [workspace, lane, before, reason])
      for (const { id } of ended) abort(id)
      return arrived.length + ended.length
    },
    async withdraw({ workspace, lanes, reason }) {
      if (lanes.length === 0) return 0
      return (await sql.query(WITHDRAWN, [workspace, JSON.stringify(lanes), reason])).length
    },
  }
}
