import type { Bindings, Budget, Directory, JobsControl, Links, Log, Mail, Model, Tasks } from '#contract'
import type { ApprovalStore } from './approvals/store.ts'
import type { WorkflowConfig } from './config.ts'
import type { Catalogue } from './definition/catalogue.ts'
import type { DefinitionStore } from './definition/store.ts'
import type { Pace } from './pace.ts'
import type { RunStore } from './runs/store.ts'
import type { WaitStore } from './waits/store.ts'

/** What the engine works with; services exist only after every set-up. */
export interface Ports {
  readonly config: WorkflowConfig
  readonly log: Log
  /** How quickly cards are edited. */
  readonly pace: Pace
  runs(): RunStore
  definitions(): DefinitionStore
  approvals(): ApprovalStore
  waits(): WaitStore
  readonly catalogue: Catalogue
  tasks(): Tasks
  directory(): Directory
  links(): Links
  control(): JobsControl
  bindings(): Bindings
  model(): Model | null
  budget(): Budget | null
  mail(): Mail | null
}
