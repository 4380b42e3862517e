import { z } from 'zod'

/** Bot Framework's public cloud. https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication */
const OPENID_METADATA_URL = 'https://login.botframework.com/v1/.well-known/openidconfiguration'

const url = z.url({ protocol: /^https?$/ })

export const config = z
  .object({
    /** Microsoft App ID of the bot registration. Without it nothing could say for whom a token was made, so there is no default. */
    appId: z.guid({ error: 'must be the Microsoft App ID (a GUID) of the bot, from its Configuration page in Azure' }),
    /** Certificates & secrets → the value of a client secret. */
    appPassword: z.string().regex(/^\S+$/, 'must not be empty or contain spaces; copy the value of a client secret'),
    /** The one tenant that may talk to the hub, and where its tokens are made; absent: a bot registered for many tenants. */
    tenantId: z.guid({ error: 'must be a Microsoft Entra tenant id (a GUID)' }).optional(),
    openidMetadataUrl: url.default(OPENID_METADATA_URL),
    tokenUrl: url.optional(),
  })
  .transform((given) => ({
    ...given,
    appId: given.appId.toLowerCase(),
    tokenUrl:
      given.tokenUrl ?? `https://login.microsoftonline.com/${given.tenantId ?? 'botframework.com'}/oauth2/v2.0/token`,
  }))
export type TeamsConfig = z.output<typeof config>
