import type { DeliveryMeasures, Deployments, DeploymentView } from '#contract'
import { parseReference } from './reference.ts'
import type { Row } from './rows.ts'
import type { DeploymentStore } from './store.ts'
import { viewOf } from './view.ts'

/** What other plugins and the API read. */
export function createDeployments(
  store: () => DeploymentStore,
  measures: () => (workspace: string, fromMs: number, toMs: number) => Promise<DeliveryMeasures[]>,
): Deployments {
  const views = async (workspace: string, rows: readonly Row[]): Promise<DeploymentView[]> => {
    const carrying = rows.filter((row) => row.stories.length > 0).map((row) => row.number)
    const verified = await store().verified(workspace, carrying)
    return rows.map((row) => viewOf(row, verified.get(row.number)))
  }
  return {
    list: async (workspace, query) => views(workspace, await store().list(workspace, query)),
    async get(workspace, reference) {
      const row = await store().get(workspace, parseReference(reference))
      const verified = await store().verified(workspace, [row.number])
      return viewOf(row, verified.get(row.number))
    },
    measures: (workspace, fromMs, toMs) => measures()(workspace, fromMs, toMs),
  }
}
