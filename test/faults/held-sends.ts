import { opOf } from './entries.ts'
import type { Rig } from './rig.ts'

const PAGE = 200
const LOOKS_EVERY_MS = 300
/** What a hub wrote before it died may still lie in a socket of the platform's; a person is not that fast. */
const SETTLES_MS = 300

export interface HeldSend {
  readonly id: string
  readonly text: string
}
type Operator = Pick<Rig, 'api' | 'history' | 'ledger' | 'platform'>

export async function listHeld({ api }: Pick<Rig, 'api'>): Promise<HeldSend[]> {
  const items: HeldSend[] = []
  for (let before = ''; ; before = `&before=${items.at(-1)?.id}`) {
    const { json } = await api<{ items: HeldSend[] }>('GET', `/deliveries?state=held&limit=${PAGE}${before}`)
    items.push(...json.items)
    if (json.items.length < PAGE) return items
  }
}
/** Looks at the platform as a person would, decides once about each, and writes that down. `times`: so many people decide at once. */
export async function decideHeld(rig: Operator, items: readonly HeldSend[], times = 1): Promise<number[]> {
  if (items.length === 0) return []
  await rig.platform.facts()
  await new Promise((resolve) => setTimeout(resolve, SETTLES_MS))
  const arrived = new Set((await rig.history()).flatMap((e) => (e.kind === 'arrival' ? (opOf(e.text) ?? []) : [])))
  const taken: number[] = []
  for (const { id, text } of items) {
    const op = opOf(text) ?? ''
    const outcome = arrived.has(op) ? 'sent' : 'resend'
    const answers = await Promise.all(
      Array.from({ length: times }, () => rig.api('POST', `/deliveries/${id}/resolve`, { outcome })),
    )
    taken.push(answers.filter(({ status }) => status === 200).length)
    rig.ledger.note({ kind: 'held', op, outcome, atMs: Date.now() })
  }
  return taken
}
/** Somebody who decides about held sends all the time, so that nothing waits behind them for long. Ends when told to. */
export function decideAllTheTime(rig: Operator): { stop(): Promise<void> } {
  let watching = true
  const loop = (async () => {
    while (watching) {
      // A hub that is just gone is asked again.
      const items = await listHeld(rig).catch(() => [])
      await decideHeld(rig, items).catch(() => [])
      await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS))
    }
  })()
  return {
    async stop() {
      watching = false
      await loop
    },
  }
}
