import type { Actor, Permission, Seed, Unit } from '../facts.ts'
import { roleIn } from './actor.ts'
import { capital, isPlural, participle, plural, withArticle } from './grammar.ts'
import { leadingVerb } from './lexicon.ts'
import { type Scene, seed } from './scene.ts'

const ONLY_FIRST =
  /\bonly\s+((?:the |our )?[\p{L}&-]+(?:\s+(?!can\b|may\b|should\b|must\b|are\b|see\b)[\p{L}&-]+){0,3})\s+(?:can|may|should|must|shall|are (?:allowed|able|permitted) to|is (?:allowed|able|permitted) to|will|to)\s+(?:be able to\s+|be allowed to\s+)?(.+)$/iu
const ONLY_LAST =
  /^(.{3,160}?)\s+(?:only\s+(?:be\s+\w+\s+)?(?:by|for|to)|(?:is|are|be)?\s*(?:restricted|limited|visible|available|accessible|open)\s+(?:only\s+)?(?:to|for))\s+((?:the |our )?[\p{L}& -]{2,50})/iu
const ROLE_ONLY = /\b([\p{L}]+)[- ]only\b/iu
const DENIED =
  /^(?:the |our |all |any |other )?([\p{L}& -]{2,50}?)\s+(?:must not|mustn't|should not|shouldn't|may not|are not allowed to|is not allowed to|must never|should never|shall not)\s+(?:be able to\s+|be allowed to\s+)?(.+)$/iu
const CANNOT =
  /^(?:the |our |all |any |other |normal |regular )?([\p{L}\d& -]{2,50}?)\s+(?:cannot|can't|can not)\s+(.+)$/iu
const SIGNED_OUT =
  /\b(?:not (?:be )?(?:logged|signed)[- ]in|without (?:logging|signing) in|without (?:an )?(?:account|login)|anonymous(?:ly)?|unauthenticated|(?<!(?:is|are|be|get|gets|was|were) )(?:logged|signed)[- ]out)\b/i
const CAN_ONLY =
  /^(?:the |an? |our |all )?([\p{L}& -]{2,50}?)\s+(?:can|may|should|must|shall)\s+only\s+(?:see|view|access|read|open|edit|change|use)\s+(.{3,100})$/iu
const REQUIRES_RIGHT =
  /\b(?:requires?|needs?|with|have|has)\s+(?:the\s+)?(?:"([^"]{2,40})"|([\p{L}-]{3,30}))\s+(?:permission|role|rights?|privileges?)\b/iu

/** Who may and who may not, as far as the text says so. */
export function readPermissions(units: readonly Unit[], actor: Actor): Permission[] {
  return units.flatMap((unit) => {
    const found = readPermission(unit, actor)
    return found === null ? [] : [found]
  })
}

function verbPhrase(text: string | undefined): string | null {
  if (text === undefined) return null
  const trimmed = text.split(/[,;]|\s+(?:so that|because|but|if|when|unless)\s/i)[0]?.trim() ?? ''
  return leadingVerb(trimmed) === null ? null : trimmed.slice(0, 120)
}

function readPermission(unit: Unit, actor: Actor): Permission | null {
  const text = unit.plain
  const confined = CAN_ONLY.exec(text)
  const confinedRole = confined?.[1] === undefined ? null : roleIn(confined[1], true)
  if (confinedRole !== null)
    return {
      unit,
      allowed: null,
      denied: confinedRole,
      action: `open something other than ${(confined?.[2] ?? '').split(/[,;]/)[0] ?? ''}`,
    }
  const first = ONLY_FIRST.exec(text)
  const firstRole = first?.[1] === undefined ? null : roleIn(first[1], true)
  if (first !== null && firstRole !== null)
    return { unit, allowed: firstRole, denied: null, action: verbPhrase(first[2]) }
  const last = ONLY_LAST.exec(text)
  // What stays open to somebody is closed to nobody.
  const stays = /\b(?:stays?|remains?|kept)\s+(?:visible|available|accessible|open)\b/i.test(text)
  const lastRole = last?.[2] === undefined || stays ? null : roleIn(last[2])
  if (lastRole !== null) return { unit, allowed: lastRole, denied: null, action: null }
  const single = ROLE_ONLY.exec(text)?.[1]
  const singleRole = single === undefined ? null : roleIn(single)
  if (singleRole !== null) return { unit, allowed: singleRole, denied: null, action: null }
  const denied = DENIED.exec(text)
  const deniedRole = denied?.[1] === undefined ? null : roleIn(denied[1], true)
  if (denied !== null && deniedRole !== null && verbPhrase(denied[2]) !== null)
    return {
      unit,
      allowed: null,
      denied: deniedRole === actor.role && /\bother\b/i.test(text) ? `different ${deniedRole}` : deniedRole,
      action: verbPhrase(denied[2]),
    }
  const cannot = CANNOT.exec(text)
  const cannotRole = cannot?.[1] === undefined ? null : roleIn(cannot[1], true)
  if (
    cannot !== null &&
    cannotRole !== null &&
    cannotRole !== actor.role &&
    !/\b(?:currently|today|right now|at the moment|yet|anymore)\b/i.test(text)
  )
    return { unit, allowed: null, denied: qualified(cannot[1] ?? '', cannotRole), action: verbPhrase(cannot[2]) }
  if (SIGNED_OUT.test(text) && !/\b(?:even|also|should work|possible|can|allow)\b/i.test(text))
    return { unit, allowed: null, denied: 'signed-out visitor', action: null }
  const right = REQUIRES_RIGHT.exec(text)
  const name = right?.[1] ?? right?.[2]
  if (name !== undefined && !/^(?:the|a|an|this|that|user|same|different|appropriate)$/i.test(name))
    return { unit, allowed: `holder of the role ${name}`, denied: null, action: null }
  return null
}

export function permissionSeeds(permission: Permission, scene: Scene): Seed[] {
  const { allowed, denied, unit } = permission
  const act = permission.action ?? scene.act
  const refused = ['it is refused with a message that names the missing right', 'nothing is changed']
  const looking = /^(?:see|view|read|open|access)\b/i.test(act)
  const made: Seed[] = []
  // Signing in is refused at the door: its rule says so, and nobody is inside yet.
  if (denied !== null && !/^(?:log|sign) (?:in|on)\b/i.test(act)) {
    const outside = /\b(?:guest|visitor|anonymous|signed-out|logged-out)\b/i.test(denied)
    const confined = act.startsWith('open something other than ')
    const title = confined
      ? `${capital(plural(denied))} get no further than ${act.slice(26)}`
      : `${capital(/\s(?:under|over|without|with|below|above|from|in)\s/.test(denied) ? denied.replace(/^\p{L}+/u, plural) : plural(denied))} are kept out`
    made.push(
      seed(
        'permission',
        0,
        title,
        [outside ? `${withArticle(denied)} has opened the page` : `${withArticle(denied)} is signed in`],
        `they try to ${act}`,
        looking ? ['access is refused', 'nothing of the content is shown'] : refused,
      ),
    )
  }
  if (allowed !== null) {
    if (denied === null)
      made.push(
        seed(
          'permission',
          0,
          `Without the role "${allowed}" it is refused`,
          [`a person who is not ${withArticle(allowed)} is signed in`],
          `they try to ${act}, also by sending the request directly`,
          refused,
        ),
      )
    if (allowed !== scene.role)
      made.push(
        seed(
          'permission',
          0,
          `The role "${allowed}" is enough`,
          [`${withArticle(allowed)} is signed in`],
          `they ${act}`,
          [carriedOut(act)],
        ),
      )
  }
  return made.map((one, index) => ({ ...one, unit, weight: 76 - index * 12 }))
}

/** "Guests under 18": the condition belongs to the role. */
function qualified(subject: string, role: string): string {
  const extra = /\s((?:under|over|without|with|below|above|from|in)\s.+)$/i.exec(subject)?.[1]
  if (extra === undefined) return role
  return `${roleIn(subject.split(/\s(?:under|over|without|with|below|above|from|in)\s/i)[0] ?? '', true) ?? role} ${extra}`
}

/** "delete a ticket from the results" → "a ticket is deleted from the results" */
function carriedOut(act: string): string {
  const found = leadingVerb(act)
  const parts =
    /^((?:the |an? |all |any |their )?[\p{L}-]+(?: [\p{L}-]+)?)((?: (?:from|in|to|of|for|on|by|with|after|before) .+)?)$/iu.exec(
      found?.rest ?? '',
    )
  if (found === null || parts?.[1] === undefined || found.verb.includes(' ')) return 'it is carried out'
  return `${parts[1]} ${isPlural(parts[1]) ? 'are' : 'is'} ${participle(found.verb)}${parts[2] ?? ''}`
}
