import { type CriteriaPlace, HubError } from '#contract'
import type { JiraClient } from './client.ts'
import { fields } from './payloads.ts'

const TTL_MS = 10 * 60_000

/** Fields of the site by the name people know them by. */
export interface Fields {
  /** The same place, its field by id. Throws INPUT_INVALID where there is none, or one that holds no paragraphs. */
  resolve(place: CriteriaPlace, signal: AbortSignal): Promise<CriteriaPlace>
}
export function createFields(client: JiraClient, now: () => number = Date.now): Fields {
  let known: { readonly untilMs: number; readonly list: ReturnType<typeof fields.parse> } | null = null
  const list = async (signal: AbortSignal) => {
    if (known && known.untilMs > now()) return known.list
    const answer = fields.safeParse(
      await client.call({ method: 'GET', path: '/rest/api/3/field', what: 'fields of the site', signal }),
    )
    if (!answer.success) throw new HubError('UNAVAILABLE', 'Jira answered with fields that cannot be read')
    known = { untilMs: now() + TTL_MS, list: answer.data }
    return answer.data
  }
  return {
    async resolve(place, signal) {
      if (place.kind === 'attachment')
        throw new HubError('UNSUPPORTED', 'Jira holds criteria in the description, in a field or in a comment')
      if (place.kind !== 'field') return place
      const wanted = place.field.toLowerCase()
      const found = (await list(signal)).filter(({ id, name }) => id === place.field || name.toLowerCase() === wanted)
      const [field] = found
      if (!field || found.length > 1)
        throw new HubError(
          'INPUT_INVALID',
          `Jira has ${found.length} fields called ${place.field}: name one by its id, such as customfield_10050`,
        )
      if (!field.schema?.custom?.endsWith(':textarea'))
        throw new HubError(
          'INPUT_INVALID',
          `${field.name} holds no paragraphs: criteria need a field of the type Paragraph`,
        )
      return { kind: 'field', field: field.id }
    },
  }
}
