import { readSystems } from '../entities.ts'
import type { Topic } from '../facts.ts'
import { topicOfNoun, topicOfVerb } from './lexicon.ts'

/** The topic of a verb phrase; some verbs mean different things with different objects. */
export function topicOf(verb: string, rest: string): Topic {
  const phrase = `${verb} ${rest}`
  const topic =
    topicOfVerb(verb) ??
    (verb === 'check in' ? null : topicOfVerb(verb.split(' ')[0] ?? '')) ??
    topicOfNoun(phrase)?.topic ??
    'other'
  if (/^(?:reset|recover|change)$/.test(verb)) {
    if (/\bpassword|\bpin\b/i.test(rest)) return 'password'
    return topic === 'password' ? 'edit' : topic
  }
  if (
    /^(?:create|add|update|push|open|write|post|send|file|log)$/.test(verb) &&
    /\b(?:in|to|into)\s+(?:the\s+)?\p{L}/iu.test(rest) &&
    readSystems(rest).length > 0 &&
    !/\b(?:message|notif\w*|alert|reminder|dm|ping)\b/i.test(rest.split(/\s+and\s+/)[0] ?? rest)
  )
    return 'sync'
  if (/\b(?:typos?|spelling|misspell\w*|wording)\b/i.test(rest) && /^(?:fix|correct|change|update)$/.test(verb))
    return 'wording'
  if (verb === 'request')
    return /\breset link|password/i.test(rest)
      ? 'password'
      : /\brefund/i.test(rest)
        ? 'refund'
        : /\bdeletion\b/i.test(rest)
          ? 'delete'
          : 'create'
  if (/^(?:subscribe|sign up)$/.test(verb))
    return /\b(?:newsletters?|updates|mailing|feed|alerts|channel)\b/i.test(rest)
      ? 'subscribe'
      : verb === 'subscribe'
        ? 'pay'
        : topic
  if (/^(?:choose|select|pick)$/.test(verb))
    return /\b(?:theme|language|mode|plan|option|setting|colou?r|currency|time ?zone)\b/i.test(rest)
      ? 'configure'
      : 'other'
  if (verb === 'apply')
    return /\b(?:code|coupon|voucher|discount)/i.test(rest) ? 'pay' : /\bfilter/i.test(rest) ? 'filter' : 'create'
  if (/^(?:enter|use|redeem|add)$/.test(verb) && /\b(?:voucher|coupon|discount code|promo code|gift card)/i.test(rest))
    return 'pay'
  // Taken out of use and kept: a person or an account, never a preference.
  if (
    /^(?:disable|lock|block)$/.test(verb) &&
    /\b(?:accounts?|users?|members?|customers?|employees?|people|cards?|keys?)\b/i.test(rest)
  )
    return 'suspend'
  // What is saved for the first time is made; changes and settings are saved over what was there.
  if (verb === 'save' && !/\b(?:changes?|drafts?|settings?|edits?|preferences?|progress)\b/i.test(rest)) return 'create'
  if (verb === 'drop' || verb === 'drag')
    return /\b(?:file|photo|image|picture|document|attachment)/i.test(rest) ? 'upload' : 'edit'
  if (/^(?:get|receive|send|email|tell|text|message)$/.test(verb)) return toldTopic(verb, rest)
  if (verb === 'load') return /\b(?:in|within|under|faster|quick)/i.test(rest) ? 'performance' : topic
  if (/^(?:move|transfer|copy|import|convert|switch|migrate)$/.test(verb) && moves(rest, phrase)) return 'migrate'
  if (/^(?:invoice|bill|charge)$/.test(verb)) return 'pay'
  if (/^(?:add|enter|create|write|post|leave)$/.test(verb) && /\bcomments?\b|\bmention|\brepl(?:y|ies)\b/i.test(rest))
    return 'comment'
  if (/^(?:assign|reassign|delegate)$/.test(verb)) return 'share'
  if (verb === 'return') return /\b(?:item|order|product|parcel|goods)/i.test(rest) ? 'refund' : 'display'
  return topic
}

function toldTopic(verb: string, rest: string): Topic {
  if (/\b(?:rid of|to know)\b/i.test(rest)) return 'other'
  if (/\brefund/i.test(rest)) return 'refund'
  if (
    verb !== 'get' ||
    /\b(?:notif\w+|alert|reminder|e?-?mail|message|pings?|sms|digest|summary|push|newsletter|confirmation|updates?|informed|warned)\b/i.test(
      rest,
    )
  )
    return 'notify'
  return topicOfNoun(rest)?.topic ?? 'display'
}

function moves(rest: string, phrase: string): boolean {
  const direction =
    /\bfrom .{2,60} (?:to|into|over to)\b/i.test(rest) ||
    /\b(?:to the new|to a new|legacy|old system|new system)\b/i.test(rest)
  return (
    direction &&
    /\b(?:data\w*|records|history|accounts?|users|customers|systems?|server|platform|provider|legacy|old|tickets|projects|orders|contracts|crm|erp)\b/i.test(
      phrase,
    )
  )
}
