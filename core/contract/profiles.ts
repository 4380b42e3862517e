import { defineService } from './define.ts'
import type { Account, Profile } from './people.ts'

/** What the platform of an account tells about it now; null where it knows nobody of that name, or is not connected. */
export interface Profiles {
  of(workspace: string, account: Account): Promise<Profile | null>
}
export const profiles = defineService<Profiles>('profiles')
