import type { Hono } from 'hono'
import type { HookEnv, Hub } from '#contract'
import { createHttp } from '../shared/http.ts'
import type { SlackConfig } from './config.ts'
import { addInstallRoutes, addressesOf } from './install.ts'
import { createInstallations, type Installations } from './installations.ts'
import { scopesFor } from './manifest.ts'

/** Somebody waits in front of the page. */
const TIMEOUT_MS = 8_000

/** The app in many workspaces, each with a token of its own; null where the hub has one token for one. */
export function createMany(hub: Hub<SlackConfig>) {
  const { clientId, clientSecret, publicUrl, apiUrl, linkEmailDomains } = hub.config
  if (clientId === undefined || clientSecret === undefined || publicUrl === undefined) return null
  const { install, redirect } = addressesOf(publicUrl)
  const http = createHttp('Slack', 'SLACK_API_URL', TIMEOUT_MS)
  const installations = createInstallations(hub.kv, install)
  const app = {
    clientId,
    clientSecret,
    apiUrl,
    redirectUri: redirect,
    scopes: scopesFor(linkEmailDomains !== undefined),
  }
  return {
    installations,
    addRoutes: (routes: Hono<HookEnv>) => addInstallRoutes(routes, { hub, app, installations, http }),
    close: () => http.close(),
  }
}

/** The hub, to which no command comes from a workspace that removed the app: nobody there could be answered. */
export function refusing(hub: Hub<SlackConfig>, installations: Pick<Installations, 'check'>): Hub<SlackConfig> {
  return {
    ...hub,
    async command(call) {
      await installations.check(call.workspace)
      return hub.command(call)
    },
  }
}
