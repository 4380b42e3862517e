import type { Scenario } from '../scenario.ts'
import { concurrentDuplicates } from './concurrent-duplicates.ts'
import { orderedBacklog } from './ordered-backlog.ts'
import { postgresRestart } from './postgres-restart.ts'
import { receiverKill } from './receiver-kill.ts'
import { redisAway, redisLoss } from './redis-loss.ts'
import { responseLost } from './response-lost.ts'
import { workerKill } from './worker-kill.ts'
import { zombie } from './zombie.ts'

/** In the order of the targets. */
export const SCENARIOS: readonly Scenario[] = [
  workerKill,
  zombie,
  receiverKill,
  redisLoss,
  redisAway,
  postgresRestart,
  responseLost,
  orderedBacklog,
  concurrentDuplicates,
]
