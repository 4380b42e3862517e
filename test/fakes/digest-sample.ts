import type { DeliveryMeasures, Message } from '#contract'
import type { DigestContent } from '../../plugins/digest/content.ts'
import { renderDigest } from '../../plugins/digest/render.ts'
import { deploymentOf } from './digest-desk.ts'

const toMs = Date.parse('2026-11-20T07:00Z')
const hour = 3_600_000
const at = (hoursBefore: number) => ({ finishedAtMs: toMs - hoursBefore * hour })
const measure = (
  service: string,
  deployments: number,
  lead: number,
  failed: number,
  restore: number | null,
): DeliveryMeasures => ({
  service,
  deployments,
  perDay: deployments,
  medianLeadTimeMs: lead * hour,
  failureRate: failed,
  medianRestoreMs: restore === null ? null : restore * hour,
})
const LONG = 'payments-gateway-for-subscriptions-and-recurring-invoices-eu-central-1'

/** A busy day, with names longer than anybody planned for. */
export const BUSY: DigestContent = {
  fromMs: toMs - 24 * hour,
  toMs,
  isCut: false,
  deployments: [
    deploymentOf({
      reference: 'D-41',
      service: 'search',
      state: 'failed',
      ref: 'v3.2.0',
      by: 'Bob Example',
      reason: `smoke test: GET https://search.example.com/api/v1/suggestions?query=${'x'.repeat(120)} answered 500`,
      ...at(15),
    }),
    deploymentOf({ reference: 'D-39', service: LONG, state: 'rolled-back', ref: 'release/2026-11-19.3', ...at(14) }),
    deploymentOf({ reference: 'D-40', service: LONG, rollsBack: 'D-39', ref: 'release/2026-11-18.1', ...at(13) }),
    deploymentOf({
      reference: 'D-38',
      service: 'checkout',
      ref: 'v1.4.2',
      ...at(12),
      stories: [
        {
          reference: 'ST-12',
          title: 'Pay with a saved card',
          criteria: [
            { id: 'AC-1', title: 'A saved card is offered before the form', verified: true },
            { id: 'AC-2', title: 'A card that has expired is refused with its reason', verified: false },
            { id: 'AC-3', title: 'The last four digits are shown', verified: true },
          ],
        },
      ],
    }),
    deploymentOf({ reference: 'D-37', service: 'checkout', environment: 'staging', ref: 'v1.4.2', ...at(16) }),
    deploymentOf({ reference: 'D-36', service: 'checkout', environment: 'staging', ref: 'v1.4.1', ...at(20) }),
    deploymentOf({ reference: 'D-35', service: 'search', environment: 'staging', ref: 'v3.2.0', ...at(17) }),
  ],
  measures: [measure('checkout', 3, 2, 0, null), measure('search', 2, 5.5, 0.5, 1.5), measure(LONG, 2, 30, 0.5, 0.6)],
  before: [measure('checkout', 1, 3.5, 0, null), measure('search', 4, 5, 0.25, 3), measure(LONG, 2, 26, 0, null)],
}
export function sampleDigest(content: DigestContent = BUSY): Message {
  return {
    ...renderDigest(content, {
      zone: 'Europe/Vienna',
      note: 'You get this `daily at 08:00 (Europe/Vienna)`. To end it: `/digest unsubscribe --to ann@shop.test`',
    }),
    list: { id: 'digest|slack:T1|sample' },
  }
}
