import { opWord } from '../entries.ts'
import type { Rig } from '../rig.ts'
import { atLeast, exactly, type Scenario, sleep } from '../scenario.ts'

/** Every edge of a step's job: half the kills are at one of these, the other half at random moments, in the middle of the engine. */
const POINTS = ['before_handler', 'after_handler', 'before_job_commit', 'after_job_commit', 'before_http'] as const
const NAME = 'fan'

/** Lists side by side, each in a channel of its own, so that the rates of the platform do not decide; pauses between them spread the work over the kills. */
interface Shape {
  readonly columns: number
  readonly lists: number
  readonly items: number
}
const countOf = ({ columns, lists, items }: Shape): number => columns * lists * items

function definition(shape: Shape): string {
  const steps: string[] = []
  const items = Array.from({ length: shape.items }, (_, n) => n).join(', ')
  for (let column = 0; column < shape.columns; column++) {
    const before = Array.from({ length: shape.lists }, (_, list) => `c${column - 1}l${list}`)
    const needs = column === 0 ? '' : `needs: [${before.join(', ')}], `
    steps.push(`  pause${column}: { ${needs}delay: 2s }`)
    for (let list = 0; list < shape.lists; list++) {
      const nth = column * shape.lists + list
      const place = `slack:T${String(nth).padStart(7, '0')}/C${String(nth).padStart(8, '0')}`
      const text = `op-\${{ ${nth * shape.items} + item }}`
      steps.push(
        `  c${column}l${list}: { needs: [pause${column}], forEach: "[${items}]", concurrency: 5, notify: { text: "${text}", places: ["${place}"] } }`,
      )
    }
  }
  return [`budget: ${2 * countOf(shape) + 100}`, 'steps:', ...steps].join('\n')
}

/** A command of the operator, until the hub has taken it. */
async function say(rig: Rig, input: string): Promise<void> {
  const { json } = await rig.api<{ readonly jobId?: string; readonly id?: string }>('POST', '/commands', {
    input,
    idempotencyKey: input.slice(0, 40).replaceAll(/\s/g, '-'),
  })
  for (let tries = 0; tries < 200; tries++) {
    const answer = await rig.api<{ readonly state: string }>('GET', `/jobs/${json.jobId ?? json.id}`).catch(() => null)
    if (answer?.json.state === 'done') return
    await sleep(100)
  }
  throw new Error(`not done in time: ${input.slice(0, 40)}`)
}

export const workflowKill: Scenario = {
  name: 'workflow-kill',
  target: 1,
  what: 'a workflow goes through a thousand steps while the workers that do them are killed again and again',
  stores: ['redis', 'postgres'],
  skips: {
    discord: 'what is tried is the engine, whose messages go the same way everywhere',
    teams: 'what is tried is the engine, whose messages go the same way everywhere',
  },
  drainMs: 180_000,
  async run(rig) {
    const shape = rig.quick ? { columns: 3, lists: 2, items: 10 } : { columns: 10, lists: 5, items: 20 }
    const kills = rig.quick ? 4 : 20
    const count = countOf(shape)
    const random = rig.random.fork('kills')
    await rig.hub('web')
    let turn = 0
    let done = 0
    const startWorker = async () => {
      let isAimed = false
      const hub = await rig.hub('worker', {
        faultsOf(start) {
          isAimed = start > 0 && start % 2 === 1 && done < kills
          return isAimed ? { crash: `${POINTS[turn++ % POINTS.length]}:${random.int(3, 30)}` } : {}
        },
      })
      return { hub, isAimed: () => isAimed }
    }
    const workers = await Promise.all([startWorker(), startWorker()])
    await say(rig, `workflow save ${NAME}\n${definition(shape)}`)
    for (let n = 0; n < count; n++) {
      const op = opWord(n)
      rig.ledger.note({ kind: 'attempt', op, lane: `alone-${op}`, order: n, atMs: Date.now() })
      rig.ledger.note({ kind: 'ack', op, atMs: Date.now(), tookMs: 0, tries: 1 })
    }
    await say(rig, `workflow run ${NAME}`)
    const began = performance.now()
    let whileRunning = 0
    await Promise.all(
      workers.map(async ({ hub, isAimed }) => {
        while (done < kills) {
          const now = await hub.ready()
          // One that is to end at an edge of its own and does not come to it is killed all the same.
          const patience = isAimed() ? 4_000 : random.int(300, 2_000)
          const ended = await Promise.race([now.exited, sleep(patience).then(() => null)])
          if (ended === null) await now.kill9()
          rig.fault(ended === null ? 'kill -9' : 'kill at an edge')
          done += 1
          if (!(await isOver(rig))) whileRunning += 1
        }
      }),
    )
    const killedMs = performance.now() - began
    return {
      checks: [
        atLeast('workers killed', done, kills),
        atLeast('of these while the workflow was under way', whileRunning, Math.ceil(kills / 2)),
      ],
      figures: { steps: count, killedForMs: Math.round(killedMs) },
      afterDrain: () => judge(rig, shape),
    }
  },
}

async function isOver({ stores }: Rig): Promise<boolean> {
  if (!stores.sql) throw new Error('this scenario needs a server')
  const [row] = await stores.sql<{ n: number }[]>`
    select count(*)::int as n from hub.workflow_runs where finished_at is not null`
  return (row?.n ?? 0) > 0
}

/** What the engine itself kept: each step went once, and to its end. */
async function judge({ stores }: Rig, shape: Shape) {
  if (!stores.sql) throw new Error('this scenario needs a server')
  const [found] = await stores.sql<{ runs: number; steps: number; again: number; ends: number; ended: number }[]>`
    select (select count(*) from hub.workflow_runs where status = 'succeeded')::int as runs,
      (select count(*) from hub.workflow_steps where status = 'succeeded')::int as steps,
      (select count(*) from hub.workflow_steps where attempt > 1)::int as again,
      (select count(*) from hub.workflow_transitions where step is not null and status = 'succeeded')::int as ends,
      (select count(distinct step) from hub.workflow_transitions where step is not null and status = 'succeeded')::int as ended`
  const all = countOf(shape) + shape.columns * (shape.lists + 1)
  return [
    exactly('runs that succeeded', found?.runs ?? 0, 1),
    exactly('steps that succeeded', found?.steps ?? 0, all),
    exactly('steps that the engine began anew', found?.again ?? 0, 0),
    exactly('ends of steps in the journal', found?.ends ?? 0, all),
    exactly('different steps among them', found?.ended ?? 0, all),
  ]
}
