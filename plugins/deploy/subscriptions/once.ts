import { HubError } from '#contract'
import { ONCE_PARTS, type OncePart } from '../model.ts'
import type { Row } from '../rows.ts'
import { formatLocal } from '../settings/zone.ts'
import type { Subscription } from './store.ts'

/** 'version,environment' as parts, in one order whatever was typed. */
export function parseOnce(text: string): readonly OncePart[] {
  const words = text
    .toLowerCase()
    .split(/[\s,+]+/)
    .filter((word) => word !== '')
  const wrong = words.find((word) => !ONCE_PARTS.some((part) => part === word))
  if (wrong !== undefined || words.length === 0)
    throw new HubError(
      'INPUT_INVALID',
      `“${wrong ?? text}” cannot be counted by: choose ${ONCE_PARTS.join(', ')}, or several of them such as version,environment`,
    )
  return ONCE_PARTS.filter((part) => words.includes(part))
}

/** What this deployment has in common with those that a place is told of only once; null: it is told of each. */
export function onceKeyOf(
  { once, filterKey, zone }: Pick<Subscription, 'once' | 'filterKey' | 'zone'>,
  row: Pick<Row, 'service' | 'environment' | 'sha' | 'ref' | 'number' | 'startedAt'>,
): string | null {
  if (once === null || once.length === 0) return null
  const values: Readonly<Record<OncePart, string>> = {
    // One of which nobody knows the version is like no other.
    version: row.sha ?? row.ref ?? `D-${row.number}`,
    environment: row.environment,
    day: formatLocal(row.startedAt.getTime(), zone ?? 'UTC').slice(0, 10),
  }
  return JSON.stringify([filterKey, row.service, ...once.map((part) => `${part} ${values[part]}`)])
}
