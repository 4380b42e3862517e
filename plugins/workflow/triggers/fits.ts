import { HubError } from '#contract'
import { readExpression, type Scope } from '../expression/language.ts'

/** Does a condition on an event hold? One that cannot be asked of this event, because a field is missing, does not. */
export function fits(condition: string | undefined, scope: Scope): boolean {
  if (condition === undefined) return true
  try {
    return readExpression(condition).evaluate(scope) === true
  } catch (error) {
    if (error instanceof HubError) return false
    throw error
  }
}
