import { z } from 'zod'

export const config = z.object({})
export type DeployConfig = z.output<typeof config>
