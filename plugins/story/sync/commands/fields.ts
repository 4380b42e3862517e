import { z } from 'zod'

export const trackerName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z][a-z0-9-]{0,40}$/, 'must be jira or linear')
  .describe('jira or linear')
export const issueKey = z
  .string()
  .trim()
  .regex(/^[\w-]{1,64}$/, 'must be the key of an issue, such as PAY-12')
  .describe('Issue, such as PAY-12')
