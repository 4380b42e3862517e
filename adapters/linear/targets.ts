import { type Bindings, HubError } from '#contract'
import { workspaceOf } from './place.ts'

/** What a project of the hub can be joined to: a team by its key, or a project of Linear by the end of its address. */
export type Target =
  | { readonly kind: 'team'; readonly key: string }
  | { readonly kind: 'project'; readonly slug: string }

const PROJECT = 'project/'
const KEPT_MS = 5_000

const SLUG = /(?:^project\/|\/project\/(?:[\w%-]*-)?)([0-9a-f]{8,32})(?:\/|$|[?#])/i
/** The end of the address of a project's page. */
export function slugIn(address: string | undefined): string | null {
  return SLUG.exec(address ?? '')?.[1]?.toLowerCase() ?? null
}
/** 'eng', 'ENG', 'project/a1b2c3d4e5f6' or the address of a project's page. */
export function parseTarget(text: string): Target {
  const words = text.trim()
  const slug = slugIn(words)
  if (slug !== null) return { kind: 'project', slug }
  if (/^[a-z][a-z0-9]{0,9}$/i.test(words)) return { kind: 'team', key: words.toUpperCase() }
  throw new HubError(
    'INPUT_INVALID',
    `${words.slice(0, 80)} names nothing in Linear: write the key of a team, such as ENG, or the address of a project`,
  )
}
export function targetName(target: Target): string {
  return target.kind === 'team' ? target.key : `${PROJECT}${target.slug}`
}
/** Which of the two an issue belongs to: its project where that is joined to something, else its team. */
export interface Targets {
  of(organizationId: string, teamKey: string, projectSlug: string | null | undefined): Promise<string>
}
export function createTargets(bindings: () => Bindings | null, now: () => number = Date.now): Targets {
  const known = new Map<string, { readonly bound: boolean; readonly untilMs: number }>()
  return {
    async of(organizationId, teamKey, projectSlug) {
      const service = bindings()
      if (projectSlug === null || projectSlug === undefined || service === null) return teamKey
      const target = `${PROJECT}${projectSlug}`
      const key = `${organizationId} ${target}`
      const kept = known.get(key)
      if (kept && kept.untilMs > now()) return kept.bound ? target : teamKey
      const found = await service.boundTo({
        kind: 'tracker',
        plugin: 'linear',
        targetWorkspace: workspaceOf(organizationId),
        target,
      })
      if (known.size > 5_000) known.clear()
      known.set(key, { bound: found.length > 0, untilMs: now() + KEPT_MS })
      return found.length > 0 ? target : teamKey
    },
  }
}
