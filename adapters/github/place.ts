import { HubError, type Place } from '#contract'
import type { Repository } from './payloads.ts'

/** An issue or a pull request; both take comments at the same address. */
export interface Spot {
  readonly owner: string
  readonly repo: string
  readonly number: number
}
/** The owner by number, which a renaming does not change. */
export function workspaceOf({ owner }: { readonly owner: { readonly id: number } }): string {
  return `github:${owner.id}`
}
export function ownerOf(workspace: string): number {
  return Number(workspace.slice('github:'.length))
}
export function placeOf(repository: Repository, number: number): Place {
  return {
    plugin: 'github',
    workspace: workspaceOf(repository),
    channel: `${repository.full_name}#${number}`,
    visibility: repository.private ? 'team' : 'public',
  }
}
export function laneOf({ workspace, channel }: Place): string {
  return `${workspace}|${channel}`
}
export function spotOf({ channel }: Place): Spot {
  const [, owner, repo, number] = /^([a-z\d][\w-]*)\/((?!\.{1,2}#)[\w.-]+)#(\d{1,12})$/i.exec(channel) ?? []
  if (owner === undefined || repo === undefined || number === undefined)
    throw new HubError(
      'INPUT_INVALID',
      `${channel} is no issue or pull request of GitHub: write owner/repository#number`,
    )
  return { owner, repo, number: Number(number) }
}

/** 'owner/name' in its parts. */
export function repositoryOf(name: string): { readonly owner: string; readonly repo: string } {
  const [, owner, repo] = /^([a-z\d][\w-]{0,99})\/((?!\.{1,2}$)[\w.-]{1,100})$/i.exec(name) ?? []
  if (owner === undefined || repo === undefined)
    throw new HubError('INPUT_INVALID', `${name.slice(0, 100)} is no repository of GitHub: write owner/name`)
  return { owner, repo }
}
