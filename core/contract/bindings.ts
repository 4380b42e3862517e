import { defineService } from './define.ts'
import type { Account, Role } from './people.ts'
import type { Service } from './plugin.ts'
import type { Json } from './schema.ts'

export const BINDING_KINDS = ['channel', 'tracker', 'repository'] as const
export type BindingKind = (typeof BINDING_KINDS)[number]

/** Something on a platform that a project can be joined to. */
export interface BindingTarget {
  readonly kind: BindingKind
  /** Adapter that owns it: 'slack', 'jira', 'github'. */
  readonly plugin: string
  /** The platform's own workspace it lies in: a chat workspace, a tracker's site. */
  readonly targetWorkspace: string
  /** The platform's own name for it: a channel's id, a tracker project's key, 'owner/repository'. */
  readonly target: string
}
/** A project of a workspace, joined to one target. A target belongs to one project of a workspace at a time. */
export interface Binding extends BindingTarget {
  /** Tenant whose project this is: a key of every query, and the `ctx.workspace` of its commands. */
  readonly workspace: string
  /** Name people use: lower-case words with dashes, such as 'payments'. */
  readonly project: string
  /** What people call the target: '#payments', 'PAY · Payments'. */
  readonly label: string
  /** Rules of the project for this target, as the adapter's `Binder` checked them; {} when there are none. */
  readonly rules: Json
  /** '<plugin>:<account id>' of who bound it. */
  readonly boundBy: string
}
/** Conditions that must all hold. */
export type BindingQuery = Partial<Pick<Binding, 'project' | 'kind' | 'plugin' | 'targetWorkspace' | 'target'>>

/**
 * Which project has which channels, trackers and repositories. Read-only: `hub bind` alone writes, after proof of power on both ends.
 * @example const [tracker] = await bindings.list(ctx.workspace, { project, kind: 'tracker' })
 */
export interface Bindings {
  /** Bindings of one workspace, oldest first; at most 200. */
  list(workspace: string, query?: BindingQuery): Promise<readonly Binding[]>
  /** Project of a place where something was said, or null. A thread belongs to its channel. */
  projectAt(workspace: string, plugin: string, channel: string): Promise<string | null>
  /** Whoever bound this target, in every workspace: for a webhook, which knows only the far side. */
  boundTo(target: BindingTarget): Promise<readonly Binding[]>
  /** All that anybody bound on one far side, in every workspace; at most 1,000: for webhooks that are registered for what is bound alone. */
  targetsOf(farSide: Omit<BindingTarget, 'target'>): Promise<readonly string[]>
}
export const bindings = defineService<Bindings>('bindings')

/** What an adapter found on its side of a binding. */
export interface BindingProof {
  /** As the platform writes it, so that 'pay' and 'PAY' are one target. */
  readonly target: string
  readonly targetWorkspace: string
  /** What people call it. */
  readonly label: string
  /** May the hub do its work there? Missing permissions in the platform's own words; empty when nothing is missing. */
  readonly missing: readonly string[]
  /** Does this account administer it? null when the platform cannot tell: then an admin of the hub must bind it. */
  readonly administers: boolean | null
}
/**
 * The far side of a binding; an adapter provides one under its own name. Channels need none: `hub bind channel` is typed in the channel itself.
 * @example provides: [provide(binder('jira'), { kind: 'tracker', checkBinding: async (asked, signal) => …, parseRules: (rules) => rules })]
 */
export interface Binder {
  readonly kind: BindingKind
  /** null when it does not exist or the hub cannot see it. `accounts` are those the person has proven to be theirs on any platform. */
  checkBinding(
    asked: { readonly workspace: string; readonly target: string; readonly accounts: readonly Account[] },
    signal: AbortSignal,
  ): Promise<BindingProof | null>
  /** Checks the rules somebody gave and returns them as they are stored. Throws INPUT_INVALID that names each mistake. */
  parseRules(rules: Json): Json
}
export function binder(plugin: string): Service<Binder> {
  return defineService<Binder>(`binder:${plugin}`)
}

/** Writing side, for `hub bind` alone. */
export interface BindingDesk extends Bindings {
  /** Again, it replaces label and rules. Throws CONFLICT when the target belongs to another project of the workspace. */
  bind(binding: Binding): Promise<void>
  /** False when there was nothing to undo. */
  unbind(workspace: string, project: string, target: BindingTarget): Promise<boolean>
  /** Role of a person for one project; null when none was given. */
  projectRole(workspace: string, project: string, account: Account): Promise<Role | null>
  /** null takes it back. A project role adds to the role in the workspace and never takes away; 'none' in the workspace stays none. */
  setProjectRole(workspace: string, project: string, personId: string, role: Role | null): Promise<void>
}
export const bindingDesk = defineService<BindingDesk>('binding-desk')
