import type { Hono } from 'hono'
import { bindings, type HookEnv, type Hub } from '#contract'
import { createHttp } from '../shared/http.ts'
import type { JiraClient } from './client.ts'
import type { JiraConfig } from './config.ts'
import { createDynamicHooks } from './hooks-dynamic.ts'
import { createHookKeeper, type HookKeeper } from './hooks-keeper.ts'
import { addInstallRoutes, addressesOf } from './install.ts'
import { workspaceOf } from './place.ts'
import { createConnections } from './tokens-oauth.ts'

/** Somebody waits in front of the page, and calls wait for a renewed token. */
const TIMEOUT_MS = 20_000

/** The site by consent of a person; null where the hub has an API token. */
export function createOAuth(hub: Hub<JiraConfig>, now: () => number) {
  const { clientId, clientSecret, publicUrl, authUrl, apiUrl, baseUrl } = hub.config
  if (clientId === undefined || clientSecret === undefined || publicUrl === undefined) return null
  const { install, redirect } = addressesOf(publicUrl)
  const http = createHttp('Atlassian', 'JIRA_AUTH_URL and JIRA_API_URL', TIMEOUT_MS)
  const app = { clientId, clientSecret, authUrl, apiUrl, redirectUri: redirect }
  const connections = createConnections({ kv: hub.kv, http, app, installUrl: install, now })
  const targetWorkspace = workspaceOf(hub.config)
  return {
    connections,
    /** Webhooks for the projects that somebody bound, kept alive. */
    keeperOf: (client: JiraClient): HookKeeper =>
      createHookKeeper({
        hooks: createDynamicHooks(client, `${publicUrl}/hooks/jira`, now),
        kv: hub.kv,
        account: async () => (await connections.standing())?.account.id ?? null,
        projects: async () =>
          (await hub.maybe(bindings)?.targetsOf({ kind: 'tracker', plugin: 'jira', targetWorkspace })) ?? [],
        now,
      }),
    addRoutes: (routes: Hono<HookEnv>, onConnected: () => void) =>
      addInstallRoutes(routes, {
        hub,
        siteUrl: baseUrl,
        app,
        installUrl: install,
        connections,
        http,
        onConnected,
        now,
      }),
    close: () => http.close(),
  }
}
