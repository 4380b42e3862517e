import { z } from 'zod'
import type { Context } from '#contract'
import type { Filter } from '../model.ts'
import { NAME } from '../report.ts'
import { ONLY, ONLY_WORDS, type Only } from '../subscriptions/words.ts'
import { oneLine } from '../text.ts'

const name = (what: string, example: string) =>
  z
    .string()
    .trim()
    .toLowerCase()
    .regex(NAME, `must be one word, such as ${example}`)
    .describe(`${what}, such as ${example}`)
export const serviceName = name('Service', 'web')
export const environmentName = name('Environment', 'production')
/** An environment, or all of them. */
export const environmentOrAll = name('Environment, or all', 'production')
export const deploymentId = z
  .string()
  .regex(/^(?:d-?|#)?[1-9]\d{0,8}$/i, 'must be the id of a deployment, such as D-12')
  .describe('Id of the deployment, such as D-12')
export const sentence = (about: string) => z.string().max(300).transform(oneLine).describe(about)
export const allOr = (text: string): string | null => (text === 'all' ? null : text)

/** '<plugin>:<account id>' of whoever asks. */
export const keyOf = ({ actor }: Context): string => `${actor.account.plugin}:${actor.account.id}`

/** What of the deployments somebody wants to hear; a failure includes being taken back. */
export const onlyField = z
  .enum(ONLY_WORDS)
  .optional()
  .describe('Only those: failed (and taken back), live, ended, waiting, rolled-back')
export const isOnly = (word: string): word is Only => ONLY_WORDS.some((only) => only === word)
export function filterOf(environment: string, only: Only | undefined, service: string | undefined): Filter {
  return {
    environment: allOr(environment),
    states: only === undefined ? null : ONLY[only],
    ...(service === undefined ? {} : { service }),
  }
}
