import { domainOf } from './address.ts'
import { type Finding, parseResults } from './auth-results.ts'
import { createPatience, type Patience, type Resolve } from './dns.ts'
import type { Heard } from './parse.ts'

/** Is the mail from whom it names? `unsure`: DNS did not answer, which says nothing yet. */
export type Verdict =
  | { readonly kind: 'verified'; readonly by: string }
  | { readonly kind: 'unverified' | 'unsure'; readonly why: string }

export interface SenderDeps {
  /** Name under which our own receiving server writes its findings; null: it writes none. */
  readonly authservId: string | null
  readonly resolve: Resolve
  readonly now?: () => number
  readonly patience?: Patience
}
/** `whole` is every byte of the mail, or null where it is too large to be loaded: then only the receiving server can tell. */
export type VerifySender = (heard: Heard, whole: Uint8Array | null) => Promise<Verdict>

/** What a command is made of: unsigned, somebody on the way could have written it. */
const MUST_BE_SIGNED = ['from', 'subject', 'date'] as const
const unverified = (why: string): Verdict => ({ kind: 'unverified', why })
const unsure: Verdict = { kind: 'unsure', why: 'DNS did not answer' }

/**
 * DMARC's question: does a domain that vouches for this mail, by DKIM or SPF, belong to the one in From? https://www.rfc-editor.org/rfc/rfc9989
 * Answered by our own receiving server where it says who it is: it saw the connection, which SPF is about. Else the signature is verified here.
 */
export function createVerifySender(deps: SenderDeps): VerifySender {
  const { authservId, now = Date.now, patience } = deps
  const ask = createPatience(deps.resolve, now, patience)
  const isAligned = async (
    domains: { readonly dkim: readonly string[]; readonly spf: readonly string[] },
    from: string,
    resolve: Resolve,
  ) => {
    const author = domainOf(from)
    if ([...domains.dkim, ...domains.spf].some((domain) => domain.toLowerCase() === author)) return true
    if (domains.dkim.length + domains.spf.length === 0) return false
    const { dmarc } = await import('mailauth/lib/dmarc/index.js')
    const found = await dmarc({
      headerFrom: [from],
      fromFields: 1,
      dkimDomains: domains.dkim.map((domain) => ({ domain })),
      spfDomains: [...domains.spf],
      resolver: resolve,
    })
    if (found && found.status.result === 'temperror') return null
    return found && found.status.result === 'pass'
  }
  const fromServer = async (findings: readonly Finding[], from: string, resolve: Resolve): Promise<Verdict> => {
    const passes = (method: string, ...names: readonly string[]) =>
      findings
        .filter((one) => one.method === method && one.result === 'pass')
        .flatMap(({ properties }) => names.flatMap((name) => properties.get(name) ?? []))
        .map((value) => domainOf(value))
    const dmarc = findings.filter(({ method }) => method === 'dmarc')
    const named = (one: Finding) => one.properties.get('header.from')?.toLowerCase() ?? domainOf(from)
    if (dmarc.some((one) => one.result === 'pass' && domainOf(named(one)) === domainOf(from)))
      return { kind: 'verified', by: `dmarc, says ${authservId}` }
    if (dmarc.some(({ result }) => result === 'fail')) return unverified(`dmarc=fail, says ${authservId}`)
    const aligned = await isAligned(
      { dkim: passes('dkim', 'header.d', 'header.i'), spf: passes('spf', 'smtp.mailfrom') },
      from,
      resolve,
    )
    if (aligned === null) return unsure
    if (aligned) return { kind: 'verified', by: `dkim or spf, says ${authservId}` }
    return unverified(`neither DKIM nor SPF passed for ${domainOf(from)}, says ${authservId}`)
  }
  const bySignature = async (whole: Uint8Array, from: string, resolve: Resolve): Promise<Verdict> => {
    const { dkimVerify } = await import('mailauth/lib/dkim/verify.js')
    const options = { resolver: resolve, rejectRsaSha1: true, minBitLength: 1_024, curTime: new Date(now()) }
    const { results } = await dkimVerify(Buffer.from(whole), options)
    const holds = results.filter((one) => {
      const signed = (one.signingHeaders?.keys ?? '').toLowerCase().split(/[\s:]+/)
      // What stands behind the signed length of a body may be anybody's.
      const isWhole = one.canonBodyLengthLimited !== true && !one.status.underSized
      return one.status.result === 'pass' && isWhole && MUST_BE_SIGNED.every((name) => signed.includes(name))
    })
    const dkim = holds.flatMap(({ signingDomain }) => signingDomain ?? [])
    const aligned = await isAligned({ dkim, spf: [] }, from, resolve)
    if (aligned) return { kind: 'verified', by: 'dkim' }
    if (aligned === null || results.some(({ status }) => status.result === 'temperror')) return unsure
    const found = results.map(({ status, signingDomain }) => `${signingDomain ?? '?'}: ${status.result}`).slice(0, 5)
    return unverified(
      found.length === 0
        ? `it is not signed by ${domainOf(from)}, and no server we trust vouches for it: set MAIL_AUTHSERV_ID if yours checks senders`
        : `no signature of ${domainOf(from)} holds (${found.join(', ')})`,
    )
  }
  const judge = async (heard: Heard, whole: Uint8Array | null, resolve: Resolve): Promise<Verdict> => {
    const { from, repeated } = heard
    if (from === null) return unverified('it has no single author')
    if (repeated.length > 0) return unverified(`it has several ${repeated.join(' and ')} fields`)
    if (authservId !== null) {
      // The topmost one of that name: our server writes above what it was given, and removes what others wrote in its name.
      const [found] = heard
        .fields('authentication-results')
        .flatMap((field) => parseResults(field) ?? [])
        .filter((one) => one.authservId === authservId)
      if (found) return fromServer(found.findings, from.address, resolve)
    }
    if (whole === null) return unverified('it is too large to verify its signature')
    return bySignature(whole, from.address, resolve)
  }
  return async (heard, whole) => {
    const { resolve, end } = ask()
    try {
      return await judge(heard, whole, resolve)
    } finally {
      end()
    }
  }
}
