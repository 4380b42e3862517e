import type { Topic } from '../facts.ts'
import { decisions } from './playbook/decisions.ts'
import { files } from './playbook/files.ts'
import { find } from './playbook/find.ts'
import { flow } from './playbook/flow.ts'
import { general } from './playbook/general.ts'
import { guard } from './playbook/guard.ts'
import { identity } from './playbook/identity.ts'
import { money } from './playbook/money.ts'
import { people } from './playbook/people.ts'
import { quality } from './playbook/quality.ts'
import { records } from './playbook/records.ts'
import { small } from './playbook/small.ts'
import { state } from './playbook/state.ts'
import type { Play } from './scene.ts'

/** How each kind of request succeeds and, above all, how it fails. */
export const playbook: Readonly<Record<Topic, Play>> = {
  ...find,
  ...quality,
  ...records,
  ...files,
  ...decisions,
  ...people,
  ...identity,
  ...guard,
  ...money,
  ...flow,
  ...general,
  ...small,
  ...state,
}
