import type { Scenario } from '../scenario.ts'
import { ackLatency } from './ack-latency.ts'
import { concurrentDuplicates } from './concurrent-duplicates.ts'
import { credentials } from './credentials.ts'
import { diskFull } from './disk-full.ts'
import { halfOpen } from './half-open.ts'
import { held } from './held.ts'
import { limitStorm } from './limit-storm.ts'
import { liveText } from './live-text.ts'
import { orderedBacklog } from './ordered-backlog.ts'
import { poison } from './poison.ts'
import { postgresRestart } from './postgres-restart.ts'
import { receiverKill } from './receiver-kill.ts'
import { redisAway, redisLoss } from './redis-loss.ts'
import { replaySkew } from './replay-skew.ts'
import { responseLost } from './response-lost.ts'
import { rollingRestart } from './rolling-restart.ts'
import { soak } from './soak.ts'
import { workerKill } from './worker-kill.ts'
import { workflowKill } from './workflow-kill.ts'
import { zombie } from './zombie.ts'

/** In the order of the targets; the ninth, the fuzz of the verifiers, is `test/fuzz`. */
export const SCENARIOS: readonly Scenario[] = [
  workerKill,
  workflowKill,
  zombie,
  receiverKill,
  redisLoss,
  redisAway,
  postgresRestart,
  responseLost,
  halfOpen,
  held,
  replaySkew,
  limitStorm,
  credentials,
  poison,
  orderedBacklog,
  ackLatency,
  concurrentDuplicates,
  diskFull,
  liveText,
  rollingRestart,
  soak,
]
