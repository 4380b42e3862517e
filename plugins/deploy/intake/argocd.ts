import { z } from 'zod'
import { nameOf, type ReportBody } from '../report.ts'

const text = z.string().max(2000)
/** The application as the notifications of Argo CD give it to a template: https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/templates/ */
export const argoBody = z.object({
  service: text.optional(),
  environment: text.optional(),
  workspace: text.optional(),
  context: z.object({ argocdUrl: text.optional() }).optional(),
  app: z.object({
    metadata: z.object({ name: z.string().min(1).max(200), labels: z.record(z.string(), text).optional() }),
    spec: z.object({
      source: z.object({ repoURL: text.optional(), targetRevision: text.optional() }).optional(),
      destination: z.object({ namespace: text.optional(), name: text.optional() }).optional(),
    }),
    status: z.object({
      sync: z.object({ revision: text.optional() }).optional(),
      operationState: z.object({
        phase: z.enum(['Running', 'Succeeded', 'Failed', 'Error', 'Terminating']),
        message: text.optional(),
        startedAt: z.iso.datetime({ offset: true }),
        finishedAt: z.iso.datetime({ offset: true }).nullish(),
        syncResult: z.object({ revision: text.optional() }).optional(),
        operation: z.object({ initiatedBy: z.object({ username: text.optional() }).optional() }).optional(),
      }),
      summary: z.object({ externalURLs: z.array(text).optional() }).optional(),
    }),
  }),
})
const PHASES = {
  Running: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Error: 'failed',
  Terminating: 'running',
} as const

/** One sync of one application is one deployment. Its labels say which service and where; otherwise its name and its namespace do. */
export function reportOfArgo(body: z.output<typeof argoBody>): ReportBody {
  const { app } = body
  const { name, labels = {} } = app.metadata
  const { operationState: operation, sync, summary } = app.status
  const environment =
    body.environment ?? labels.environment ?? labels.env ?? app.spec.destination?.namespace ?? 'default'
  const sha = operation.syncResult?.revision ?? sync?.revision
  const repository = repositoryOf(app.spec.source?.repoURL)
  const by = operation.operation?.initiatedBy?.username
  const page = body.context?.argocdUrl
  const open = summary?.externalURLs?.find((url) => /^https?:\/\//.test(url))
  const { message } = operation
  const ref = app.spec.source?.targetRevision
  return {
    source: 'argocd',
    deploymentId: `${name}@${operation.startedAt}`,
    service: nameOf(body.service ?? labels['app.kubernetes.io/part-of'] ?? labels.service ?? name) || 'unknown',
    environment: nameOf(environment) || 'unknown',
    state: PHASES[operation.phase],
    at: operation.finishedAt ?? operation.startedAt,
    ...(body.workspace ? { workspace: body.workspace } : {}),
    ...(ref ? { ref } : {}),
    ...(sha && /^[0-9a-f]{7,64}$/.test(sha) ? { sha } : {}),
    ...(repository ? { repository } : {}),
    ...(by ? { by } : {}),
    ...(page && /^https?:\/\//.test(page)
      ? { url: `${page.replace(/\/+$/, '')}/applications/${encodeURIComponent(name)}` }
      : {}),
    ...(open ? { environmentUrl: open } : {}),
    ...(message ? { description: message.slice(0, 1000) } : {}),
  }
}
/** 'owner/name' of 'https://host/owner/name.git' and 'git@host:owner/name.git'. */
function repositoryOf(url: string | undefined): string | null {
  return /[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(url ?? '')?.[1] ?? null
}
