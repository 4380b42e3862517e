import { clean } from '../shared/text.ts'

/** What a person typed, from the wiki markup that webhooks carry: https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all */
export function wikiToText(wiki: string): string {
  return clean(wiki)
    .replace(/\{(?:code|noformat)(?::[^}\n]*)?\}/g, '')
    .replace(/\[~(?:accountid:)?([^\]\s]{1,128})\]/g, '@$1')
    .replace(/\[([^|\]\n]{1,500})\|([^|\]\s]{1,2000})(?:\|[^\]\n]*)?\]/g, (_, label: string, url: string) =>
      label === url ? url : `${label} (${url})`,
    )
    .replace(/\[(https?:\/\/[^\]\s|]{1,2000})\]/g, '$1')
    .replace(/\\([{}[\]*_+^~|!?#-])/g, '$1')
    .trim()
}
