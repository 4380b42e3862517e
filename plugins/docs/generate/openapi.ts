import { z } from 'zod'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const
const MOST = 500
/** Shared parts are common in hand-written descriptions; more than that is an avalanche. */
const ALIASES = 100

const operationSchema = z.looseObject({
  summary: z.string().optional().catch(undefined),
  operationId: z.string().optional().catch(undefined),
  deprecated: z.boolean().optional().catch(undefined),
})
const description = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })

export interface Operation {
  readonly method: string
  readonly path: string
  readonly summary: string
}

/** Operations of an OpenAPI description in JSON or YAML, in its own order; null when it is none. */
export async function operationsOf(text: string): Promise<Operation[] | null> {
  const parsed = description.safeParse(await readValue(text))
  if (!parsed.success) return null
  const all = Object.entries(parsed.data.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): Operation[] => {
      const found = operationSchema.safeParse(item[method])
      if (!found.success) return []
      const { summary, operationId, deprecated } = found.data
      return [
        {
          method: method.toUpperCase(),
          path,
          summary: `${summary ?? operationId ?? ''}${deprecated ? ' (deprecated)' : ''}`,
        },
      ]
    }),
  )
  return all.slice(0, MOST)
}
async function readValue(text: string): Promise<unknown> {
  try {
    if (text.trimStart().startsWith('{')) return JSON.parse(text)
    const { parse } = await import('yaml')
    return parse(text, { maxAliasCount: ALIASES })
  } catch {
    return null
  }
}
