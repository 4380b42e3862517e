import type { Topic } from '../facts.ts'
import { change } from './playbook/change.ts'
import { find } from './playbook/find.ts'
import { flow } from './playbook/flow.ts'
import { trust } from './playbook/trust.ts'
import type { Play } from './scene.ts'

/** How each kind of request succeeds and, above all, how it fails. */
export const playbook: Readonly<Record<Topic, Play>> = { ...find, ...change, ...trust, ...flow }
