import { z } from 'zod'
import { STORY_REFERENCE } from '../reference.ts'

/** Arguments that several commands share. */
export const storyId = z
  .string()
  .trim()
  .regex(
    STORY_REFERENCE,
    'must be the id of a story, such as ST-12. To draft a text that begins with this word, put the word in quotes',
  )
  .describe('Story, such as ST-12')
export const reopen = z
  .boolean()
  .default(false)
  .meta({ flag: true })
  .describe('Change it although it is approved; it is a draft again then')
export const versionFlag = z.number().int().min(1).optional().meta({ flag: true })
