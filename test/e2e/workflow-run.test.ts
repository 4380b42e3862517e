import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HubError } from '#contract'
import { buttonOf, startWorkflowHub, type WorkflowHub } from '../fakes/workflow-hub.ts'
import { isModeAvailable, MODES } from '../support/hub.ts'

const HOLE = (expression: string) => `\${{ ${expression} }}`

const CANARY = [
  'steps:',
  '  prepare: { task: robot.do, with: { name: prepare }, compensate: { task: robot.do, with: { name: unprepare } } }',
  `  canary: { needs: [prepare], task: robot.do, with: { name: canary }, compensate: { task: robot.do, with: { name: "uncanary ${HOLE('steps.canary.output.id')}" } } }`,
  '  healthy: { needs: [canary], gate: steps.canary.output.errors < 0.01 }',
  '  promote: { needs: [healthy], task: robot.do, with: { name: promote } }',
].join('\n')

for (const mode of MODES)
  describe.skipIf(!isModeAvailable(mode))(`workflows on ${mode}`, () => {
    let desk: WorkflowHub
    beforeAll(async () => {
      desk = await startWorkflowHub({ mode })
    })
    afterAll(async () => desk?.close())
    afterEach(() => {
      desk.robot.calls.length = 0
      desk.robot.act = () => null
    })
    const done = () => desk.robot.calls.map(({ name }) => name)
    /** Runs a saved workflow and gives back its card. */
    const run = async (line: string, who = 'ada') => {
      const shown = await desk.say(`workflow run ${line}`, who)
      const card = shown.find(({ message }) => message.card)
      if (!card) throw new Error(`no card: ${shown.map(({ message }) => message.text).join('\n')}`)
      return { card, reference: card.message.card?.of.replace('workflow ', '') ?? '' }
    }

    it('goes from step to step with results handed on, on one card that is always true', async () => {
      await desk.save(
        'ship',
        [
          'inputs: { service: {} }',
          'steps:',
          '  build: { task: robot.do, with: { name: build } }',
          '  enough: { needs: [build], gate: steps.build.output.tests >= 10 }',
          `  deploy: { needs: [enough], task: robot.do, with: { name: "deploy ${HOLE('inputs.service')} ${HOLE('steps.build.output.tests + 1')}" } }`,
          '  rescue: { needs: [deploy], when: failure, task: robot.do, with: { name: rescue } }',
        ].join('\n'),
      )
      desk.robot.act = (name) => (name === 'build' ? { tests: 12 } : {})
      const { card, reference } = await run('ship service=shop')
      expect(done()).toEqual(['build', 'deploy shop 13'])
      expect(card.message.text).toMatch(new RegExp(`^ship · ${reference} succeeded`))
      expect(card.message.text).toMatch(/✓ build\n✓ enough\n✓ deploy\n– rescue/)
      const revisions = card.states.map((state) => state.card?.revision ?? 0)
      expect(revisions).toEqual([...revisions].sort((a, b) => a - b))
      const [timeline] = await desk.say(`workflow status ${reference}`)
      expect(timeline?.message.text).toMatch(
        /build queued[\s\S]*build succeeded[\s\S]*enough succeeded[\s\S]*deploy succeeded/,
      )
      expect(timeline?.message.text).toMatch(/\nstarted \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC by ada\n.* running · ada\n/)
    })

    it('stops at a closed gate and takes back what was done, last first', async () => {
      await desk.save('canary', CANARY)
      desk.robot.act = (name) => (name === 'canary' ? { errors: 0.2, id: 7 } : {})
      const { card } = await run('canary')
      expect(done()).toEqual(['prepare', 'canary', 'uncanary 7', 'unprepare'])
      expect(card.message.text).toMatch(/failed\nhealthy failed: the gate is closed/)
    })

    it('says which compensation failed and still tries the others', async () => {
      await desk.save('broken-undo', CANARY)
      const away = new HubError('UNAVAILABLE', 'the cluster is away', { retry: 'never' })
      for (const thrown of [away, new TypeError('not a function')]) {
        desk.robot.calls.length = 0
        desk.robot.act = (name) => {
          if (name === 'canary') return { errors: 0.2, id: 7 }
          if (name.startsWith('uncanary')) throw thrown
          return {}
        }
        const { card } = await run('broken-undo')
        expect(done()).toEqual(['prepare', 'canary', 'uncanary 7', 'unprepare'])
        expect(card.message.text).toContain('could not be taken back: canary')
      }
    })

    it('tries again with a pause, and once only where that cannot help', async () => {
      await desk.save(
        'stubborn',
        'steps:\n  one: { task: robot.do, with: { name: one }, retry: { attempts: 3, backoff: 10ms } }',
      )
      let failures = 2
      desk.robot.act = () => {
        if (failures-- > 0) throw new HubError('UNAVAILABLE', 'not yet', { retry: 'never' })
        return {}
      }
      expect((await run('stubborn')).card.message.text).toContain('succeeded')
      expect(done()).toHaveLength(3)
      expect(new Set(desk.robot.calls.map(({ jobId }) => jobId)).size).toBe(3)
      desk.robot.calls.length = 0
      desk.robot.act = () => {
        throw new HubError('FORBIDDEN', 'not you')
      }
      expect((await run('stubborn')).card.message.text).toContain('not you')
      expect(done()).toHaveLength(1)
    })

    it('goes through a list with a bound on how many at once', async () => {
      await desk.save(
        'fan',
        `inputs: { services: { type: list } }\nsteps:\n  each: { forEach: inputs.services, concurrency: 2, task: robot.do, with: { name: "${HOLE('item')}" } }\n  all: { needs: [each], gate: size(steps.each.output) == 5 }`,
      )
      let now = 0
      let most = 0
      desk.robot.act = async () => {
        most = Math.max(most, ++now)
        await new Promise((resolve) => setTimeout(resolve, 20))
        now -= 1
        return {}
      }
      const { card } = await run('fan services=a,b,c,d,e')
      expect(card.message.text).toContain('succeeded')
      expect(done().sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
      expect(most).toBe(2)
    })

    it('ends a step that never returns, and refuses one that returns 100 MB', async () => {
      await desk.save('slow', 'steps:\n  stuck: { task: robot.do, with: { name: stuck }, timeout: 100ms }')
      desk.robot.act = () => new Promise<never>(() => undefined)
      expect((await run('slow')).card.message.text).toContain('took longer than 100 ms')
      desk.robot.act = () => ({ text: 'x'.repeat(100_000_000) })
      expect((await run('slow')).card.message.text).toMatch(/result is larger than|took longer/)
      await desk.save('huge', 'steps:\n  big: { task: robot.do, with: { name: big } }')
      expect((await run('huge')).card.message.text).toContain('its result is larger than 256,000 characters')
    })

    it('waits for an event without asking, also for one that came a moment too early', async () => {
      await desk.save(
        'patient',
        `steps:\n  begin: { task: robot.do, with: { name: begin } }\n  heard: { needs: [begin], wait: { event: git.pushed, match: { branch: "${HOLE('steps.begin.output.branch')}" }, if: '!event.own' } }\n  after: { needs: [heard], task: robot.do, with: { name: "after ${HOLE('steps.heard.output.after')}" } }`,
      )
      desk.robot.act = () => ({ branch: 'release' })
      const { card } = await run('patient')
      expect(card.message.text).toContain('◷ heard')
      await desk.push({ branch: 'main' })
      await desk.push({ branch: 'release', own: true })
      expect(card.message.text).toContain('◷ heard')
      await desk.push({ branch: 'release', after: 'c'.repeat(40) })
      expect(card.message.text).toContain('succeeded')
      expect(done().at(-1)).toBe(`after ${'c'.repeat(40)}`)
      desk.robot.act = async (name) => {
        if (name === 'begin') await desk.arrive({ branch: 'early', after: 'd'.repeat(40) })
        return { branch: 'early' }
      }
      await run('patient')
      expect(done().at(-1)).toBe(`after ${'d'.repeat(40)}`)
    })

    it('gives up waiting when the time is over', async () => {
      await desk.save('deaf', 'steps:\n  heard: { wait: { event: git.ci-run }, timeout: 2h }')
      const { card } = await run('deaf')
      expect(card.message.text).toContain('◷ heard')
      await desk.hurry('workflow.due')
      expect(card.message.text).toContain('nothing came within 2h')
    })

    it('runs a workflow within a workflow and hands its results back', async () => {
      await desk.save(
        'inner',
        `inputs: { n: { type: number } }\nsteps:\n  work: { task: robot.do, with: { name: "inner ${HOLE('inputs.n')}" } }`,
      )
      await desk.save(
        'outer',
        `steps:\n  call: { workflow: inner, with: { n: 5 } }\n  use: { needs: [call], task: robot.do, with: { name: "use ${HOLE('steps.call.output.outputs.work.ok')}" } }`,
      )
      desk.robot.act = () => ({ ok: true })
      const { card } = await run('outer')
      expect(card.message.text).toContain('succeeded')
      expect(done()).toEqual(['inner 5', 'use true'])
    })

    it('takes the runs within it along when it is cancelled, and waits for their end', async () => {
      await desk.save(
        'inner-slow',
        'steps:\n  hold: { wait: { event: git.pushed, match: { branch: held } } }\n  work: { needs: [hold], task: robot.do, with: { name: work } }',
      )
      await desk.save(
        'outer-slow',
        'steps:\n  prepare: { task: robot.do, with: { name: prepare }, compensate: { task: robot.do, with: { name: unprepare } } }\n  call: { needs: [prepare], workflow: inner-slow }\n  each: { needs: [prepare], forEach: "[1, 2]", workflow: inner-slow }',
      )
      const { card, reference } = await run('outer-slow')
      await desk.say(`workflow cancel ${reference}`)
      await desk.push({ branch: 'held' })
      expect(done()).toEqual(['prepare', 'unprepare'])
      expect(card.message.text).toMatch(/was cancelled\n[\s\S]*⊘ call\n⊘ each/)
      const inner = await desk.hub.store.sql.query<{ status: string; reason: string; first: boolean }>(
        `select i.status, i.reason, i.finished_at <= u.started_at as first from hub.workflow_runs i
         join hub.workflow_steps u on u.run_id = i.parent_run and u.key = 'prepare:undo' where i.name = 'inner-slow'`,
      )
      expect(inner).toEqual(Array(3).fill({ status: 'cancelled', reason: `${reference} was cancelled`, first: true }))
    })

    it('begins the run of a step again as its retry says, and waits no longer than its timeout', async () => {
      const { sql } = desk.hub.store
      const runsOf = (name: string) =>
        sql.query<{ status: string; reason: string | null }>(
          'select status, reason from hub.workflow_runs where name = $1 order by number',
          [name],
        )
      await desk.save('inner-flaky', 'steps:\n  one: { task: robot.do, with: { name: one } }')
      await desk.save('outer-flaky', 'steps:\n  call: { workflow: inner-flaky, retry: { attempts: 3, backoff: 10ms } }')
      let failures = 2
      desk.robot.act = () => {
        if (failures-- > 0) throw new HubError('UNAVAILABLE', 'not yet', { retry: 'never' })
        return {}
      }
      expect((await run('outer-flaky')).card.message.text).toContain('succeeded')
      expect((await runsOf('inner-flaky')).map(({ status }) => status)).toEqual(['failed', 'failed', 'succeeded'])
      failures = 3
      expect((await run('outer-flaky')).card.message.text).toMatch(
        /call failed: WF-\d+ failed: one failed: not yet \(tried 3 times\)/,
      )

      await desk.save(
        'inner-late',
        'steps:\n  hold: { wait: { event: git.pushed, match: { branch: late } } }\n  work: { needs: [hold], task: robot.do, with: { name: work } }',
      )
      await desk.save(
        'outer-late',
        'steps:\n  call: { workflow: inner-late, timeout: 2h, retry: { attempts: 2, backoff: 10ms } }',
      )
      const ring = async () => {
        await sql.query(
          `update hub.jobs set run_at = clock_timestamp() where kind = 'workflow.due' and state = 'pending' and body -> 'payload' ->> 'key' = 'call'`,
        )
        await desk.quiet()
      }
      const { card, reference } = await run('outer-late')
      await ring()
      expect(card.message.text).toContain('◑ call (attempt 2: it took longer than 2h)')
      await ring()
      expect(card.message.text).toContain('call failed: it took longer than 2h (tried 2 times)')
      const over = { status: 'cancelled', reason: `${reference} no longer waits for it` }
      expect(await runsOf('inner-late')).toEqual([over, over])
      await run('outer-late')
      desk.robot.calls.length = 0
      await desk.push({ branch: 'late' })
      expect(done()).toEqual(['work'])
      const left = await sql.query(
        `select 1 as one from hub.jobs where kind = 'workflow.due' and state = 'pending' and body -> 'payload' ->> 'key' = 'call'`,
      )
      expect(left).toEqual([])
    })

    it('queues runs of one group, cancels what is overtaken, refuses where told to', async () => {
      const gates: (() => void)[] = []
      desk.robot.act = () => new Promise((resolve) => gates.push(() => resolve({})))
      for (const then of ['queue', 'cancel', 'refuse'])
        await desk.save(
          `one-${then}`,
          `concurrency: { group: all, then: ${then} }\nsteps:\n  hold: { wait: { event: story.approved } }\n  work: { needs: [hold], gate: 'true' }`,
        )
      const first = await run('one-queue')
      const second = await run('one-queue')
      expect(second.card.message.text).toContain('waits for its turn')
      await desk.say(`workflow cancel ${first.reference}`)
      expect(first.card.message.text).toContain('was cancelled')
      expect(second.card.message.text).toContain('is under way')
      const older = await run('one-cancel')
      const newer = await run('one-cancel')
      expect(older.card.message.text).toContain(`${newer.reference} took its place`)
      expect(newer.card.message.text).toContain('is under way')
      await run('one-refuse')
      const [refused] = await desk.say('workflow run one-refuse')
      expect(refused?.message.text).toMatch(/WF-\d+ is under way/)
      for (const { reference } of [second, newer]) await desk.say(`workflow cancel ${reference}`)
    })

    it('is held and taken up again; strangers to the run cannot', async () => {
      await desk.save(
        'held',
        'steps:\n  wait: { delay: 1h }\n  work: { needs: [wait], task: robot.do, with: { name: work } }',
      )
      const { card, reference } = await run('held')
      const [denied] = await desk.say(`workflow pause ${reference}`, 'cleo')
      expect(denied?.message.text).toContain('they or a maintainer can do that')
      await desk.say(`workflow pause ${reference}`)
      expect(card.message.text).toContain('is paused')
      await desk.hurry('workflow.due')
      expect(done()).toEqual([])
      await desk.say(buttonOf(card.message, 'Resume'))
      expect(done()).toEqual(['work'])
      expect(card.message.text).toContain('succeeded')
    })

    it('stops when its budget is used up', async () => {
      await desk.save(
        'greedy',
        'budget: 3\nsteps:\n  each: { forEach: "[1,2,3,4,5]", concurrency: 1, task: robot.do, with: { name: x } }',
      )
      const { card } = await run('greedy')
      expect(card.message.text).toContain('its budget of 3 steps is used up')
      expect(done()).toHaveLength(3)
    })

    it('runs again from what failed, on the old version or on the newest', async () => {
      await desk.save(
        'twice',
        'steps:\n  a: { task: robot.do, with: { name: a1 } }\n  b: { needs: [a], task: robot.do, with: { name: b1 } }',
      )
      desk.robot.act = (name) => {
        if (name === 'b1') throw new HubError('CONFLICT', 'b is broken', { retry: 'never' })
        return {}
      }
      const { card, reference } = await run('twice')
      expect(done()).toEqual(['a1', 'b1'])
      await desk.save(
        'twice',
        'steps:\n  a: { task: robot.do, with: { name: a2 } }\n  b: { needs: [a], task: robot.do, with: { name: b2 } }',
      )
      await desk.say(buttonOf(card.message, 'Run again'))
      expect(done()).toEqual(['a1', 'b1', 'b1'])
      await desk.say(`workflow rerun ${reference} --latest`)
      expect(done()).toEqual(['a1', 'b1', 'b1', 'b2'])
      await desk.say(`workflow rerun ${reference} a --latest`)
      expect(done()).toEqual(['a1', 'b1', 'b1', 'b2', 'a2', 'b2'])
    })

    it('runs again by no rule that was tightened since', async () => {
      const steps =
        'steps:\n  a: { task: robot.do, with: { name: a } }\n  b: { needs: [a], task: robot.do, with: { name: b } }'
      await desk.save('tight', steps)
      const { reference } = await run('tight', 'cleo')
      const again = async (line: string, who: string) =>
        (await desk.say(`workflow rerun ${reference} ${line}`, who)).map(({ message }) => message.text).join('\n')
      await again('b', 'cleo')
      expect(done()).toEqual(['a', 'b', 'b'])
      await desk.save('tight', `${steps}\n  c: { needs: [b], delay: 1ms }`)
      const told = await again('b', 'cleo')
      expect(told).toContain(`run it again as it is now with /workflow rerun ${reference} b --latest`)
      expect(done()).toHaveLength(3)
      await again('b --latest', 'cleo')
      expect(done()).toHaveLength(4)
      await desk.save('tight', `allow: maintainer\n${steps}`)
      for (const line of ['b', 'b --latest', ''])
        expect(await again(line, 'cleo')).toContain('tight can be started by every maintainer')
      await desk.save('tight', `allow: admin\n${steps}`)
      expect(await again('b', 'ada')).toContain('tight can be started by every admin')
      expect(done()).toHaveLength(4)
      await desk.save('tight', `allow: maintainer\n${steps}\n  c: { needs: [b], delay: 1ms }`)
      await again('b', 'ada')
      expect(done()).toEqual(['a', 'b', 'b', 'b', 'b'])
    })

    it('shows what it would do without doing it', async () => {
      await desk.save(
        'plain',
        'inputs: { service: {} }\nsteps:\n  build: { task: robot.do, with: { name: build } }\n  enough: { needs: [build], gate: steps.build.output.tests >= 10 }',
      )
      const [plan] = await desk.say('workflow run --dry plain service=shop')
      expect(plan?.message.text).toContain(
        '1.\n   build: does robot.do\n2.\n   enough: goes on if steps.build.output.tests >= 10; after build',
      )
      expect(done()).toEqual([])
    })

    it('starts by an event that fits, once for each event', async () => {
      await desk.save(
        'on-push',
        `inputs: { branch: {} }\ntriggers:\n  - { event: git.pushed, if: 'event.branch.like("release/*")', with: { branch: "${HOLE('event.branch')}" } }\nsteps:\n  work: { task: robot.do, with: { name: "${HOLE('inputs.branch')}" } }`,
      )
      await desk.push({ branch: 'main' })
      await desk.push({ branch: 'release/1' })
      expect(done()).toEqual(['release/1'])
    })

    it('every run above plays again to the same plan', async () => expect(await desk.replayAll()).toEqual([]))
  })
