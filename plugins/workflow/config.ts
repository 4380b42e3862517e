import { statSync } from 'node:fs'
import { z } from 'zod'

export const configSchema = z.object({
  /** Folder of further workflows, one YAML file each. */
  dir: z.string().min(1).refine(isFolder, 'there is no such folder').optional(),
  /** Hosts on private addresses that a step may call: 'prometheus.internal,10.0.0.7:9090'. */
  allowHosts: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((host) => host.trim().toLowerCase() || [])),
  publicUrl: z.string().optional(),
})
export type WorkflowConfig = z.output<typeof configSchema>

/** One that may not be looked at is none. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
