import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

const ISSUER = 'https://api.botframework.com'
export interface TokenClaims {
  readonly iss?: string
  readonly aud?: string
  readonly serviceurl?: string
  readonly nbf?: number
  readonly exp?: number
  readonly [claim: string]: unknown
}
/** Signs as Bot Framework does, with another library than the verifier's. */
export interface TeamsSigner {
  readonly kid: string
  /** The public half as published, with the channels it may speak for. */
  readonly jwk: JWK & { readonly endorsements: readonly string[] }
  readonly publicKey: CryptoKey
  token(claims: TokenClaims, header?: Readonly<Record<string, unknown>>): Promise<string>
}
let made = 0
export async function createTeamsSigner(endorsements: readonly string[] = ['msteams']): Promise<TeamsSigner> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 2_048, extractable: true })
  made += 1
  const kid = `fake-key-${made}`
  const jwk = { ...(await exportJWK(publicKey)), kid, use: 'sig', x5t: kid, endorsements }
  return {
    kid,
    jwk,
    publicKey,
    token: (claims, header = {}) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, x5t: kid, ...header })
        .sign(privateKey),
  }
}
/** What a token of the service says: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication */
export function serviceClaims(appId: string, serviceUrl: string, atSeconds: number): TokenClaims {
  return { iss: ISSUER, aud: appId, serviceurl: serviceUrl, nbf: atSeconds - 300, exp: atSeconds + 3_300 }
}
/** The Authorization header of one activity. */
export async function signTeams(
  signer: TeamsSigner,
  activity: { readonly serviceUrl: string },
  appId: string,
  atSeconds: number,
): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await signer.token(serviceClaims(appId, activity.serviceUrl, atSeconds))}` }
}
