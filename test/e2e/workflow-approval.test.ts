import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buttonOf, startWorkflowHub, WORKSPACE, type WorkflowHub } from '../fakes/workflow-hub.ts'
import { isModeAvailable, MODES } from '../support/hub.ts'

const HOLE = (expression: string) => `\${{ ${expression} }}`
const LINK = /http:\/\/hub\.test(\/hooks\/workflow\/approve\/[\w-]+)/

for (const mode of MODES)
  describe.skipIf(!isModeAvailable(mode))(`approvals on ${mode}`, () => {
    let desk: WorkflowHub
    beforeAll(async () => {
      desk = await startWorkflowHub({ mode })
    })
    afterAll(async () => desk?.close())

    /** Starts a run that asks, and gives back its card. */
    const ask = async (name: string, approval: string, more = '', who = 'cleo') => {
      await desk.save(
        name,
        `inputs: { ref: { default: main } }\nsteps:\n  ok:\n    approval: ${approval}\n${more}  work: { needs: [ok], task: robot.do, with: { name: work } }`,
      )
      desk.robot.calls.length = 0
      const shown = await desk.say(`workflow run ${name}`, who)
      const post = shown.find(({ message }) => message.card)
      if (!post) throw new Error(shown.map(({ message }) => message.text).join('\n'))
      return { post, reference: post.message.card?.of.replace('workflow ', '') ?? '' }
    }
    const text = async (line: string, who = 'ada') =>
      (await desk.say(line, who)).map(({ message }) => message.text).join('\n')

    it('goes on when the right person presses the button, and the card says who', async () => {
      const { post } = await ask('plain', `{ subject: "Ship ${HOLE('inputs.ref')}?" }`)
      expect(post.message.text).toContain('waits for approval')
      expect(post.message.text).toContain('Ship main?')
      const approve = buttonOf(post.message, 'Approve')
      expect(await text(approve, 'cleo')).toContain('You started this run, so somebody else has to answer')
      expect(desk.robot.calls).toHaveLength(0)
      expect(await text(approve, 'ben')).toMatch(/You approved WF-\d+ \(ok\)/)
      expect(desk.robot.calls).toHaveLength(1)
      expect(post.message.text).toContain('succeeded')
      expect(() => buttonOf(post.message, 'Approve')).toThrow()
    })

    it('counts one answer of two at once', async () => {
      const { post, reference } = await ask('both', '{ subject: Now? }')
      const approve = buttonOf(post.message, 'Approve')
      const reject = `${buttonOf(post.message, 'Reject')} no, not today`
      const before = desk.posts().length
      await Promise.all([desk.type(approve, 'ada'), desk.type(reject, 'ben')])
      await desk.quiet()
      const answers = desk
        .posts()
        .slice(before)
        .map(({ message }) => message.text)
      expect(answers.filter((line) => line.startsWith('You '))).toHaveLength(1)
      expect(answers.filter((line) => /^It was (approved|rejected) already by/.test(line))).toHaveLength(1)
      const [row] = await desk.hub.store.sql.query<{ n: number }>(
        `select count(*)::int as n from hub.workflow_votes v join hub.workflow_runs r on r.workspace = v.workspace
         join hub.workflow_approvals a on a.id = v.approval_id and a.run_id = r.id where r.number = $1`,
        [Number(reference.slice(3))],
      )
      expect(row?.n).toBe(1)
      expect(desk.robot.calls.length).toBe(post.message.text.includes('succeeded') ? 1 : 0)
    })

    it('is refused to who is not on the list, unless somebody on it hands it over', async () => {
      const { post, reference } = await ask('listed', '{ subject: Now?, approvers: ["chat:ben"] }', '', 'ada')
      const approve = buttonOf(post.message, 'Approve')
      expect(await text(approve, 'cleo')).toContain('You are not among those who may answer: chat:ben')
      expect(await text(`workflow delegate ${reference} cleo`, 'cleo')).toContain('You are not among those')
      expect(await text(`workflow delegate ${reference} ada`, 'ben')).toContain('so they cannot answer it')
      expect(await text(`workflow delegate ${reference} cleo`, 'ben')).toContain('cleo may answer')
      expect(await text(approve, 'cleo')).toContain('You approved')
      expect(desk.robot.calls).toHaveLength(1)
    })

    it('counts a voice once, whoever answers with it', async () => {
      for (const who of ['dan', 'dora']) await desk.say('hub whoami', who)
      const { post, reference } = await ask(
        'voices',
        '{ subject: Now?, quorum: 2, approvers: ["chat:ben", "chat:dan"] }',
        '',
        'ada',
      )
      const approve = buttonOf(post.message, 'Approve')
      expect(await text(`workflow delegate ${reference} cleo`, 'ben')).toContain('cleo may answer')
      expect(await text(`workflow delegate ${reference} dora`, 'cleo')).toContain("is somebody else's: answer with it")
      expect(await text(approve, 'dora')).toContain('You are not among those who may answer')
      expect(await text(approve, 'cleo')).toContain('1 of 2')
      expect(await text(approve, 'cleo')).toContain('1 of 2')
      expect(await text(approve, 'ben')).toContain('cleo answered for you already')
      expect(await text(`workflow delegate ${reference} dora`, 'ben')).toContain('cleo answered for you already')
      expect(await text(approve, 'dora')).toContain('You are not among those who may answer')
      expect(desk.robot.calls).toHaveLength(0)
      expect(await text(approve, 'dan')).toContain('You approved')
      expect(desk.robot.calls).toHaveLength(1)
    })

    it('needs as many as it says, each person once', async () => {
      const { post } = await ask('quorum', '{ subject: Now?, quorum: 2 }')
      const approve = buttonOf(post.message, 'Approve')
      expect(await text(approve, 'ada')).toContain('1 of 2')
      expect(post.message.blocks?.map((block) => JSON.stringify(block)).join()).toContain('so far: ada')
      expect(await text(approve, 'ada')).toContain('1 of 2')
      expect(desk.robot.calls).toHaveLength(0)
      expect(await text(approve, 'ben')).toContain('You approved')
      expect(desk.robot.calls).toHaveLength(1)
    })

    it('asks why it is rejected, and stops the run', async () => {
      const { post, reference } = await ask('why', '{ subject: Now? }')
      const shown = await desk.say(buttonOf(post.message, 'Reject'), 'ada')
      expect(shown.map(({ message }) => message.text).join()).not.toContain('You rejected')
      await desk.say(`${buttonOf(post.message, 'Reject')} the migration is missing`, 'ada')
      expect(post.message.text).toContain('ok failed: rejected by ada: the migration is missing')
      expect(desk.robot.calls).toHaveLength(0)
      expect(await text(`workflow approve ${reference}`, 'ben')).toContain('waits for no approval')
    })

    it('shows what it is about to nobody who may not answer', async () => {
      const { reference } = await ask('secret', '{ subject: Sell the shop?, approvers: ["chat:ben"] }', '', 'ada')
      for (const who of ['cleo', 'eve'])
        for (const line of ['approve REF', 'reject REF no thanks', 'delegate REF ada', 'delegate REF nobody']) {
          const said = await text(`workflow ${line.replace('REF', reference)}`, who)
          expect(said).toContain('You are not among those who may answer')
          expect(said).not.toContain('Sell')
        }
      const starter = await text(`workflow approve ${reference}`, 'ada')
      expect(starter).toContain('You started this run, so somebody else has to answer')
      expect(starter).not.toContain('Sell')
      expect(await text(`workflow approve ${reference}`, 'ben')).toContain('Sell the shop?')
    })

    it('typed by hand first shows what it is about', async () => {
      const { reference } = await ask('typed', '{ subject: "All of it?" }')
      const [shown] = await desk.say(`workflow approve ${reference}`, 'ben')
      expect(shown?.message.text).toContain('All of it?')
      expect(shown?.only).toBe('ben')
      expect(desk.robot.calls).toHaveLength(0)
      await desk.say(shown ? buttonOf(shown.message, 'Approve') : '', 'ben')
      expect(desk.robot.calls).toHaveLength(1)
    })

    it('is void when what it was about changes: the old button counts for nothing', async () => {
      const { post } = await ask(
        'void',
        `{ subject: "Ship?", voidOn: { event: git.pushed, match: { branch: "${HOLE('inputs.ref')}" } } }`,
      )
      const old = buttonOf(post.message, 'Approve')
      await desk.push({ branch: 'other' })
      expect(buttonOf(post.message, 'Approve')).toBe(old)
      await desk.push({ branch: 'main' })
      const fresh = buttonOf(post.message, 'Approve')
      expect(fresh).not.toBe(old)
      expect(await text(old, 'ada')).toContain('What was asked has changed since')
      expect(desk.robot.calls).toHaveLength(0)
      await desk.say(fresh, 'ada')
      expect(desk.robot.calls).toHaveLength(1)
    })

    it.each([
      ['reject', 'failed', 0],
      ['approve', 'succeeded', 1],
    ])('means %s when nobody answers in time and the workflow says so', async (fallback, ends, calls) => {
      const { post } = await ask(`late-${fallback}`, `{ subject: Now?, default: ${fallback} }`, '    timeout: 4h\n')
      await desk.hurry('workflow.due')
      expect(post.message.text).toContain(ends)
      expect(desk.robot.calls).toHaveLength(calls)
    })

    it('closes every copy when it is answered', async () => {
      const { post, reference } = await ask('copies', '{ subject: Now?, places: ["chat:T1/C2", "chat:T1/C3"] }')
      const copies = () => desk.posts().filter(({ message }) => message.card?.of.startsWith(`approval ${reference}`))
      expect(copies().map(({ channel }) => channel)).toEqual(['C2', 'C3'])
      await desk.say(buttonOf(copies()[1]?.message ?? post.message, 'Approve'), 'ben')
      expect(copies().map(({ message }) => message.text)).toEqual(
        Array(2).fill(`copies · ${reference}: ok was approved`),
      )
      for (const { message } of copies()) expect(() => buttonOf(message, 'Approve')).toThrow()
    })

    it('is answered from another workspace with the rights of this one', async () => {
      const { post } = await ask('abroad', '{ subject: Now?, approvers: ["chat:ben"] }')
      await desk.type(buttonOf(post.message, 'Approve'), 'dora', 'chat:T2')
      await desk.quiet()
      expect(desk.robot.calls).toHaveLength(0)
      await desk.type(buttonOf(post.message, 'Approve'), 'ben', 'chat:T2')
      await desk.quiet()
      expect(desk.robot.calls).toHaveLength(1)
      expect(post.message.text).toContain('succeeded')
    })

    it('by mail: opening the link changes nothing, answering it does, once', async () => {
      const { post } = await ask('mailed', '{ subject: "<b>Ship</b> it?", approvers: ["mail:boss@example.com"] }')
      const [sent] = desk.posts('boss@example.com')
      const path = LINK.exec(sent?.message.text ?? '')?.[1] ?? ''
      for (const method of ['GET', 'HEAD', 'GET']) {
        const page = await desk.fetch(path, { method })
        expect(page.status).toBe(200)
        expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
        if (method === 'GET') expect(await page.text()).toContain('&lt;b&gt;Ship&lt;/b&gt; it?')
      }
      await desk.quiet()
      expect(post.message.text).toContain('waits for approval')
      const post_ = (body: string) =>
        desk.fetch(path, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
      expect((await post_('')).status).toBe(400)
      expect((await post_('vote=reject&reason=')).status).toBe(400)
      const answers = await Promise.all([post_('vote=approve'), post_('vote=approve')])
      expect(answers.map(({ status }) => status)).toEqual([202, 202])
      await desk.quiet()
      expect(post.message.text).toContain('succeeded')
      expect(desk.robot.calls).toHaveLength(1)
      expect((await post_('vote=reject&reason=too late')).status).toBe(409)
      expect(await (await desk.fetch(path)).text()).toContain('This was approved already')
      expect((await desk.fetch(`${path}x`)).status).toBe(404)
    })

    it('counts one answer of two at once from two platforms', async () => {
      const { post } = await ask('twofold', '{ subject: Now?, approvers: ["chat:ben", "mail:cto@example.com"] }')
      const [sent] = desk.posts('cto@example.com')
      const path = LINK.exec(sent?.message.text ?? '')?.[1] ?? ''
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const before = desk.posts('C1').length
      await Promise.all([
        desk.fetch(path, { method: 'POST', body: 'vote=approve', headers }),
        desk.type(`${buttonOf(post.message, 'Reject')} no, not today`, 'ben'),
      ])
      await desk.quiet()
      const votes = await desk.hub.store.sql.query<{ vote: string; state: string }>(
        `select v.vote, a.state from hub.workflow_votes v join hub.workflow_approvals a on a.id = v.approval_id
         where a.rules::text like '%cto@example.com%'`,
      )
      const [vote] = votes
      expect(votes).toHaveLength(1)
      expect(vote?.state).toBe(vote?.vote === 'approve' ? 'approved' : 'rejected')
      const said = desk.posts('C1').slice(before)
      expect(said.some(({ message }) => message.text.startsWith('You rejected'))).toBe(vote?.vote === 'reject')
      expect(post.message.text).toContain(vote?.vote === 'approve' ? 'succeeded' : 'failed')
      expect(desk.robot.calls).toHaveLength(vote?.vote === 'approve' ? 1 : 0)
    })

    describe('its timer', () => {
      const timers = async (reference: string) => {
        const rows = await desk.hub.store.sql.query<{ state: string }>(
          `select j.state from hub.jobs j join hub.workflow_runs r on r.workspace = j.workspace and j.body -> 'payload' ->> 'run' = r.id::text
           where j.kind = 'workflow.due' and r.number = $1 order by j.seq`,
          [Number(reference.slice(3))],
        )
        return rows.map(({ state }) => state)
      }
      const again = async (kind: string, more: string) => {
        const changed = await desk.hub.store.sql.query(
          `update hub.jobs set state = 'pending', run_at = clock_timestamp() where seq =
             (select max(seq) from hub.jobs where kind = $1 and state = 'done' and ${more}) returning id`,
          [kind],
        )
        expect(changed).toHaveLength(1)
        await desk.quiet()
      }

      it('goes with the answer, and a quiet hub has nothing left to do', async () => {
        const { post, reference } = await ask('timed', '{ subject: Now? }', '    timeout: 24h\n')
        expect(await timers(reference)).toEqual(['pending'])
        await desk.say(buttonOf(post.message, 'Approve'), 'ben')
        expect(await timers(reference)).toEqual(['cancelled'])
        const later = await ask('refused', '{ subject: Now? }', '    timeout: 24h\n')
        await desk.say(`${buttonOf(later.post.message, 'Reject')} not today`, 'ben')
        expect(await timers(later.reference)).toEqual(['cancelled'])
      })
      it('goes when the run is cancelled, and when the question is asked anew', async () => {
        const { post, reference } = await ask(
          'anew',
          `{ subject: "Ship?", voidOn: { event: git.pushed, match: { branch: "${HOLE('inputs.ref')}" } } }`,
          '    timeout: 24h\n',
        )
        const old = buttonOf(post.message, 'Approve')
        await desk.push({ branch: 'main' })
        expect(buttonOf(post.message, 'Approve')).not.toBe(old)
        expect(await timers(reference)).toEqual(['cancelled', 'pending'])
        await desk.say(`workflow cancel ${reference}`, 'ada')
        expect(await timers(reference)).toEqual(['cancelled', 'cancelled'])
      })
      it('goes with the second try where the first one died after the answer, and does not come back', async () => {
        const { post, reference } = await ask('died', '{ subject: Now? }', '    timeout: 24h\n')
        await desk.say(buttonOf(post.message, 'Approve'), 'ben')
        const { sql } = desk.hub.store
        // As it was between the two: answered, and the timer still there.
        await sql.query(
          `update hub.jobs set state = 'pending', finished_at = null, error = null where kind = 'workflow.due' and state = 'cancelled'
             and body -> 'payload' ->> 'run' = (select id::text from hub.workflow_runs where number = $1)`,
          [Number(reference.slice(3))],
        )
        expect(await timers(reference)).toEqual(['pending'])
        await again('command', 'true')
        expect(await timers(reference)).toEqual(['cancelled'])
        expect(desk.robot.calls).toHaveLength(1)
        // The step that asked dies late and is done again: the answer stands, and no timer is made.
        await again('workflow.step', `body -> 'payload' ->> 'key' = 'ok'`)
        expect(await timers(reference)).toEqual(['cancelled'])
        expect(post.message.text).toContain('succeeded')
        expect(desk.robot.calls).toHaveLength(1)
      })
      it('tried again by hand changes nothing', async () => {
        const { post, reference } = await ask('by-hand', '{ subject: Now?, default: reject }', '    timeout: 24h\n')
        await desk.say(buttonOf(post.message, 'Approve'), 'ben')
        await desk.hub.store.sql.query(
          `update hub.jobs set state = 'pending', run_at = clock_timestamp() where kind = 'workflow.due' and state = 'cancelled'
             and body -> 'payload' ->> 'run' = (select id::text from hub.workflow_runs where number = $1)`,
          [Number(reference.slice(3))],
        )
        await desk.quiet()
        expect(await timers(reference)).toEqual(['done'])
        expect(post.message.text).toContain('succeeded')
      })
      it('of a wait goes with what was waited for, and that of a delay is left to itself', async () => {
        await desk.save(
          'timed-waits',
          'steps:\n  pushed: { wait: { event: git.pushed, match: { branch: timed } }, timeout: 3h }\n  soon: { needs: [pushed], delay: 2h }\n',
        )
        const shown = await desk.say('workflow run timed-waits')
        const reference = shown.find(({ message }) => message.card)?.message.card?.of.replace('workflow ', '') ?? ''
        expect(await timers(reference)).toEqual(['pending'])
        await desk.push({ branch: 'timed' })
        expect(await timers(reference)).toEqual(['cancelled', 'pending'])
        await desk.hurry('workflow.due')
        expect(await timers(reference)).toEqual(['cancelled', 'done'])
        expect(desk.card(reference).message.text).toContain('succeeded')
      })
    })

    it('leaves a trail', async () => {
      const trail = await desk.hub.store.sql.query<{ actor: string; action: string }>(
        `select actor, action from hub.audit where workspace = $1 and action in ('workflow approve', 'workflow reject') order by seq`,
        [WORKSPACE],
      )
      expect(trail).toContainEqual({ actor: 'chat:ben', action: 'workflow approve' })
      expect(trail).toContainEqual({ actor: 'mail:boss@example.com', action: 'workflow approve' })
    })

    it('every run above plays again to the same plan', async () => expect(await desk.replayAll()).toEqual([]))
  })
