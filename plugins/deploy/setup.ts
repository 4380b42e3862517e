import { database, deployments, type Hub, type Parts, provide } from '#contract'
import type { DeployConfig } from './config.ts'
import { createMeasures } from './measures/store.ts'
import { once } from './once.ts'
import { createDeployments } from './service.ts'
import { createStore } from './store.ts'

export function setupDeploy(hub: Hub<DeployConfig>): Parts {
  const store = once(() => createStore(hub.use(database)))
  const measures = once(() => createMeasures(hub.use(database)))
  return { provides: [provide(deployments, createDeployments(store, measures))] }
}
