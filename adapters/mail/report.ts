import { clean } from '../shared/text.ts'
import { parseAddress } from './address.ts'
import { OWN_MARK } from './limits.ts'
import type { Heard } from './parse.ts'

/** `gone`: no mail will ever arrive there. `refused`: this one did not. `unwanted`: somebody complained. `nothing`: it waits, or it arrived. */
export type Verdict = 'gone' | 'refused' | 'unwanted' | 'nothing'

/** What a report says of one recipient, under whichever of the names that it has for them. */
export interface Notice {
  readonly verdict: Verdict
  /** Empty where whoever reports a complaint hides who complained. */
  readonly about: readonly string[]
  /** The other side's own words, on one line: outside text. */
  readonly said: string
}
/** A mail about a mail of ours, as anybody can write one: nothing in it is believed yet. */
export interface Report {
  readonly notices: readonly Notice[]
  /** Marks of ours that stand in what came back. */
  readonly marks: readonly string[]
  /** To whom that was. */
  readonly to: readonly string[]
}
type Fields = ReadonlyMap<string, readonly string[]>

const STATUS = /^message\/(?:global-)?delivery-status$/
const FEEDBACK = /^message\/feedback-report$/
/** Whole or its head alone. https://www.rfc-editor.org/rfc/rfc6522#section-4 and, for other alphabets, https://www.rfc-editor.org/rfc/rfc6533 */
const RETURNED = /^(?:message\/(?:rfc822|global|rfc822-headers|global-headers)|text\/rfc822-headers)$/
const MAX_GROUPS = 20
const MAX_ADDRESSES = 10
const MAX_MARKS = 5
const MAX_SAID = 200

/** https://www.rfc-editor.org/rfc/rfc3464, https://www.rfc-editor.org/rfc/rfc5965, and what Exim and Gmail say in their own field; null for any other mail. */
export function reportOf(heard: Heard): Report | null {
  const isReport = /^\s*multipart\/report\b/i.test(heard.fields('content-type')[0] ?? '')
  const notices = isReport
    ? [...heard.parts(STATUS).flatMap(delivered), ...heard.parts(FEEDBACK).flatMap(complained)]
    : []
  const failed = heard.fields('x-failed-recipients')
  if (notices.length === 0 && failed.length > 0) notices.push(...undelivered(failed, heard.text))
  if (notices.length === 0) return null
  const heads = heard.parts(RETURNED).map((text) => fieldsIn(groupsIn(text)[0] ?? ''))
  const marks = heads.flatMap((head) => all(head, OWN_MARK.toLowerCase()))
  return {
    notices: notices.slice(0, MAX_GROUPS),
    marks: [...new Set(marks.length > 0 ? marks : marksIn(heard.text))].slice(0, MAX_MARKS),
    to: addressesIn(heads.flatMap((head) => all(head, 'to'))),
  }
}

/** One notice for each group of fields, the first of which is about the report as a whole. */
function delivered(text: string): Notice[] {
  return groupsIn(text).flatMap((group): Notice[] => {
    const fields = fieldsIn(group)
    // The one they were told by us first, then where it was forwarded to.
    const about = addressesIn([...all(fields, 'original-recipient'), ...all(fields, 'final-recipient')])
    if (about.length === 0) return []
    const diagnostic = first(fields, 'diagnostic-code')
    const [action = ''] = first(fields, 'action')
      .toLowerCase()
      .split(/[\s(;]/)
    const code = codeOf(first(fields, 'status'), diagnostic)
    const said = oneLine(diagnostic.replace(/^[\w-]{1,40}\s*;/, '')) || code || 'it gave no reason'
    return [{ verdict: action === 'failed' ? verdictOf(code, diagnostic) : 'nothing', about, said }]
  })
}
function complained(text: string): Notice[] {
  const fields = fieldsIn(groupsIn(text)[0] ?? '')
  const type = first(fields, 'feedback-type').toLowerCase()
  const about = addressesIn([...all(fields, 'original-rcpt-to'), ...all(fields, 'removal-recipient')])
  const isComplaint = /^(?:abuse|fraud|opt-out|opt-out-list)$/.test(type)
  return [{ verdict: isComplaint ? 'unwanted' : 'nothing', about, said: oneLine(type) }]
}
/** A report in words alone: only what stands in front of the returned mail is its sender's own. */
function undelivered(failed: readonly string[], text: string): Notice[] {
  const [own = ''] = text.split(/\n-{4,}/)
  const code = codeOf('', own)
  return addressesIn(failed.flatMap((field) => field.split(','))).map((address) => ({
    verdict: verdictOf(code, own),
    about: [address],
    said: code || 'it gave no reason',
  }))
}

/** The code of https://www.rfc-editor.org/rfc/rfc3463. Many give a general one, and the one that says something in the server's answer. */
function codeOf(status: string, diagnostic: string): string {
  const [code = ''] = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(status) ?? []
  if (code !== '' && !code.endsWith('.0.0')) return code
  const [, exact = ''] = /\b[45]\d\d[ -]#?([45]\.\d{1,3}\.\d{1,3})(?![.\d])/.exec(diagnostic) ?? []
  return exact || code
}
/**
 * Gone is only what is said of the mailbox. What is said of us or of the mail (5.7.x policy, 5.6.x content, 5.3.x size, 5.1.7 and 5.1.8 our own
 * address), of a mailbox that is full, or of a time that ran out, may be otherwise tomorrow.
 */
function verdictOf(code: string, diagnostic: string): Verdict {
  if (!code.startsWith('5.')) return 'refused'
  if (/^5\.(?:1\.[78]|2\.[23]|4\.7|[367]\.\d+)$/.test(code)) return 'refused'
  const isFull = /^\s*(?:smtp\s*;)?\s*552\b|\b(?:over ?quota|quota exceeded|mailbox (?:is )?full)\b/i.test(diagnostic)
  return isFull ? 'refused' : 'gone'
}

function groupsIn(text: string): string[] {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/^\n+/, '')
    .split(/\n[ \t]*\n/)
}
function fieldsIn(group: string): Fields {
  const fields = new Map<string, string[]>()
  for (const line of group.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const [, name = '', value = ''] = /^([!-9;-~]{1,60})[ \t]*:(.*)$/.exec(line) ?? []
    const known = fields.get(name.toLowerCase())
    if (known) known.push(value.trim())
    else if (name !== '') fields.set(name.toLowerCase(), [value.trim()])
  }
  return fields
}
const all = (fields: Fields, name: string): readonly string[] => fields.get(name) ?? []
const first = (fields: Fields, name: string): string => all(fields, name)[0] ?? ''

/** 'rfc822;ann@example.com', '<ann@example.com>' or 'Ann <ann@example.com>'. */
function addressesIn(values: readonly string[]): string[] {
  const found = values.slice(0, MAX_ADDRESSES).flatMap((value) => {
    const bare = value.replace(/^[\w-]{1,40}\s*;/, '').trim()
    return parseAddress(/<([^<>]{1,300})>$/.exec(bare)?.[1] ?? bare) ?? []
  })
  return [...new Set(found)]
}
function marksIn(text: string): string[] {
  const field = new RegExp(`^[> \\t]{0,10}${OWN_MARK}:\\s{0,10}([\\w.-]{1,200})`, 'gim')
  return [...text.matchAll(field)].map(([, mark = '']) => mark)
}
/** Servers begin each line of an answer with its code. */
function oneLine(text: string): string {
  const line = clean(text.slice(0, MAX_SAID * 4))
    .replace(/\s+/g, ' ')
    .trim()
  const [code] = /^\d{3}[ -]\d\.\d{1,3}\.\d{1,3}(?= )/.exec(line) ?? []
  return (code === undefined ? line : line.replaceAll(` ${code} `, ' ')).slice(0, MAX_SAID)
}
