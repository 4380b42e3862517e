import { type Context, HubError, type Place } from '#contract'
import { boundRepository, type Desk, refuseUnbound } from '../desk.ts'
import type { Row } from '../rows.ts'
import type { ServiceSettings } from '../settings/store.ts'
import { lasting } from '../subscriptions/store.ts'

/** Settings of a service with which the hub can deploy it. */
export interface Deployable extends ServiceSettings {
  readonly repository: string
  readonly project: string
  readonly workflow: string
}

/** Throws with what to type, whatever is missing. */
export async function deployable(
  desk: Desk,
  workspace: string,
  service: string,
  environment: string,
): Promise<Deployable> {
  const settings = await desk.settings().service(workspace, service)
  if (!settings) {
    const known = (await desk.settings().services(workspace)).map((one) => one.service)
    const others = known.length > 0 ? ` Known: ${known.slice(0, 10).join(', ')}.` : ''
    throw new HubError(
      'NOT_FOUND',
      `There is no service ${service} here.${others} A maintainer sets one up with "deploy service ${service} --repository owner/name --workflow deploy.yml --environments staging,production"`,
    )
  }
  const { repository, workflow, environments, codeHost } = settings
  if (!environments.includes(environment))
    throw new HubError(
      'INPUT_INVALID',
      `${service} goes to ${environments.join(', ') || 'no environment yet'}, and not to ${environment}: add it with "deploy service ${service} --environments ${[...environments, environment].join(',')}"`,
    )
  if (repository === null || workflow === null)
    throw new HubError(
      'INPUT_INVALID',
      `The hub does not know how to deploy ${service}: name its repository and the workflow that deploys it with "deploy service ${service} --repository owner/name --workflow deploy.yml"`,
    )
  const bound = await boundRepository(desk, workspace, repository, codeHost)
  if (!bound) return refuseUnbound(codeHost, repository)
  if (!desk.tasks().get(`${codeHost}.dispatch`))
    throw new HubError(
      'INPUT_INVALID',
      `${codeHost} cannot start workflows here: set its variables (see hub status), or deploy from your pipeline and report it to POST /api/v1/deployments`,
    )
  return { ...settings, repository: bound.repository, project: bound.project, workflow }
}

/** The commit that a branch, tag or commit means now; what is approved and shown is this one, whatever is pushed later. */
export async function commitOf(
  desk: Desk,
  { codeHost, repository, service }: Deployable,
  ref: string | undefined,
  ctx: Context,
): Promise<{ readonly ref: string; readonly sha: string }> {
  const host = desk.repositories(codeHost)
  if (!host) throw new HubError('INPUT_INVALID', `${codeHost} cannot be read here: set its variables (see hub status)`)
  const info = await host.info(repository, ctx.signal)
  if (!info)
    throw new HubError(
      'NOT_FOUND',
      `${host.title} shows the hub no repository ${repository}: check its name in "deploy service ${service}" and the hub's access`,
    )
  const asked = ref ?? info.defaultBranch
  const sha = await host.resolve(repository, asked, ctx.signal)
  if (sha === null) throw new HubError('NOT_FOUND', `${repository} has no branch, tag or commit ${asked}`)
  return { ref: asked, sha }
}

/** The card stands where it was asked for. Never in a private answer, which nobody can edit later. */
export async function showHere(desk: Desk, row: Row, ctx: Context): Promise<void> {
  const place: Place | null = ctx.place
  if (place) await desk.subscriptions().addCard(row.workspace, row.number, lasting(place))
}
