import type { Profile } from '#contract'

/** Providers that give anybody an address: one of theirs says nothing about belonging to a team. */
const PUBLIC_PROVIDERS = new Set(
  `gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.fr hotmail.de live.com live.nl msn.com passport.com
   yahoo.com yahoo.co.uk yahoo.co.jp yahoo.de yahoo.fr yahoo.it ymail.com rocketmail.com aol.com aim.com icloud.com me.com mac.com proton.me
   protonmail.com protonmail.ch pm.me tutanota.com tuta.com tuta.io tutamail.com gmx.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de
   mail.com mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru rambler.ru zoho.com zohomail.com zohomail.eu fastmail.com fastmail.fm hey.com
   duck.com mailbox.org posteo.de posteo.net qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com naver.com daum.net
   hanmail.net rediffmail.com libero.it virgilio.it tiscali.it orange.fr wanadoo.fr free.fr laposte.net sfr.fr comcast.net verizon.net att.net
   sbcglobal.net bellsouth.net cox.net btinternet.com sky.com seznam.cz wp.pl o2.pl onet.pl interia.pl uol.com.br bol.com.br terra.com.br
   mailinator.com guerrillamail.com 10minutemail.com temp-mail.org yopmail.com trashmail.com users.noreply.github.com`.split(
    /\s+/,
  ),
)
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$`)

/** Why an address in this domain proves nothing, or null. In words behind the variable's name. */
export function whyNotTrusted(domain: string): string | null {
  if (!DOMAIN.test(domain))
    return 'holds something that is no domain: write domains alone, such as example.com, separated by commas (xn--… for international ones)'
  const provider = [...PUBLIC_PROVIDERS].find((one) => domain === one || domain.endsWith(`.${one}`))
  if (provider !== undefined)
    return `${domain} gives addresses to anybody, so one of them proves nothing: take it out and name only domains that are yours, such as example.com`
  return null
}

export interface TrustedAddress {
  /** Whole and in lower case, and otherwise as the platform says it: a tag behind a plus sign makes another address. */
  readonly address: string
  readonly domain: string
}
/** The address that may join an account to another, or null: of people who belong to their workspace, in a domain the operator trusts. */
export function trustedAddress(profile: Profile | null, domains: readonly string[]): TrustedAddress | null {
  if (profile === null || profile.isBot || profile.isMember !== true || profile.email === undefined) return null
  // ASCII alone: other letters have lower cases that are letters of another address.
  if (!/^[!-~]{3,254}$/.test(profile.email)) return null
  const address = profile.email.toLowerCase()
  const [, domain] = /^[^@"(),:;<>[\]\\]{1,64}@([^@]+)$/.exec(address) ?? []
  return domain !== undefined && domains.includes(domain) ? { address, domain } : null
}
/** For people who know it anyway: 'a…@example.com'. */
export function masked({ address, domain }: TrustedAddress): string {
  return `${address.slice(0, 1)}…@${domain}`
}
