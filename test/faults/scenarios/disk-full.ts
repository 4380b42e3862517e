import { repliesOf, turnedAway } from '../driver.ts'
import { makeLanes } from '../lanes.ts'
import { atLeast, exactly, type Scenario, sleep } from '../scenario.ts'

/** Commits that fail: for want of room on the disk, as PostgreSQL reports it, and because the backend is ended in the middle. */
export const diskFull: Scenario = {
  name: 'disk-full',
  target: 17,
  what: 'commits fail with "disk full", and connections are ended by the server',
  stores: ['redis', 'redis-aof', 'postgres'],
  async run(rig) {
    const { sql } = rig.stores
    if (!sql) throw new Error('this scenario needs PostgreSQL')
    const rounds = rig.quick ? 2 : 6
    const ended = rig.quick ? 20 : 200
    await Promise.all([rig.hub('web'), rig.hub('worker'), rig.hub('worker')])
    // At the commit itself, where the last page is written.
    await sql.unsafe(`
      create table faults.disk (is_full bool); insert into faults.disk values (false);
      create function faults.room() returns trigger language plpgsql as $$ begin
        if (select is_full from faults.disk) then
          raise exception 'could not extend file: No space left on device' using errcode = '53100';
        end if;
        return null;
      end $$;
      create constraint trigger room after insert or update on hub.inbox deferrable initially deferred for each row execute function faults.room();
      create constraint trigger room after insert or update on hub.jobs deferrable initially deferred for each row execute function faults.room();
      create constraint trigger room after insert or update on hub.outbox deferrable initially deferred for each row execute function faults.room();
    `)
    let loading = true
    const load = rig.driver.run({ count: 1_000_000, perSecond: 50, lanes: makeLanes(200), goOn: () => loading })
    for (let round = 0; round < rounds; round++) {
      await sleep(1_000)
      await sql`update faults.disk set is_full = true`
      rig.fault('disk full')
      await sleep(2_000)
      await sql`update faults.disk set is_full = false`
      rig.fault('room again')
    }
    let killed = 0
    while (killed < ended) {
      const rows = await sql<{ done: boolean }[]>`
        select pg_terminate_backend(pid) as done from pg_stat_activity
        where application_name = 'autodevhub' order by random() limit 2`
      killed += rows.length
      rig.fault('pg_terminate_backend')
      await sleep(100)
    }
    loading = false
    const answers = await load
    const all = repliesOf(answers).map(({ status }) => status)
    return {
      checks: [
        atLeast('turned away while the disk was full', turnedAway(answers), 10),
        exactly(
          'answers that tell the platform to give up (3xx, 4xx)',
          all.filter((s) => s >= 300 && s < 500).length,
          0,
        ),
        atLeast('connections ended', killed, ended),
      ],
      figures: { statuses: [...new Set(all)].sort().join(' ') },
    }
  },
}
