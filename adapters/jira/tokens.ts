/** Where a call goes, and in whose name. */
export interface Access {
  /** What stands before '/rest/…'. */
  readonly baseUrl: string
  readonly authorization: string
}
export interface Credentials {
  /** Throws UNAUTHENTICATED where there are none, with the cure. */
  of(signal?: AbortSignal): Promise<Access>
  /** Jira refused these. Others in their place, for one more try; null where there are none. */
  renew(refused: Access, signal?: AbortSignal): Promise<Access | null>
  /** What whoever runs the hub can do about a refusal. */
  readonly cure: string
}

/** JIRA_EMAIL and JIRA_API_TOKEN, which whoever runs the hub can renew. */
export function basicToken(baseUrl: string, email: string, apiToken: string): Credentials {
  const access = { baseUrl, authorization: `Basic ${Buffer.from(`${email}:${apiToken}`).toString('base64')}` }
  return {
    of: async () => access,
    renew: async () => null,
    cure: 'check JIRA_EMAIL and renew JIRA_API_TOKEN (id.atlassian.com → Security → API tokens)',
  }
}
