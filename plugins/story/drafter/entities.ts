const FORMATS =
  /\b(?:csv|xlsx|excel|pdf|json|xml|ics|ical|vcard|docx|word|png|jpe?g|svg|gif|heic|webp|mp4|mp3|zip|html|markdown|tsv|parquet|yaml|qr[ -]codes?|zugferd|xrechnung|datev)\b/gi
const SPELLING: Record<string, string> = {
  excel: 'Excel',
  word: 'Word',
  jpeg: 'JPEG',
  markdown: 'Markdown',
  parquet: 'Parquet',
  ical: 'iCal',
  vcard: 'vCard',
  zugferd: 'ZUGFeRD',
  xrechnung: 'XRechnung',
}
/** Words that are formats only in company: "in a word" is none, "Word document" is. */
const NEEDS_CAPITAL = new Set(['word', 'excel'])

const SYSTEMS =
  /\b(?:Stripe|PayPal|Klarna|Adyen|Apple Pay|Google Pay|SAP|Salesforce|HubSpot|Zendesk|Jira|Linear|GitHub|GitLab|Bitbucket|Slack|Microsoft Teams|Discord|Outlook|Gmail|Google Calendar|Google Sheets|Google Drive|Google|Dropbox|OneDrive|SharePoint|Okta|Auth0|Keycloak|Azure AD|Entra ID|Active Directory|LDAP|SAML|Twilio|SendGrid|Mailchimp|Shopify|WooCommerce|Magento|QuickBooks|Xero|DATEV|Personio|Workday|BambooHR|Confluence|Notion|Airtable|Zapier|PagerDuty|Datadog|Grafana|Sentry|Kafka|RabbitMQ|Redis|Postgres(?:QL)?|MySQL|MongoDB|Oracle|Elasticsearch|Snowflake|BigQuery|S3|AWS|Azure|Kubernetes|Jenkins|DHL|UPS|FedEx|WhatsApp|Telegram|Trello|Asana|Intercom|Segment|Lexware|Trusted Shops)\b/gi
/** Lower-case spellings of these are common words. */
const COMMON_WORDS = new Set([
  'linear',
  'slack',
  'notion',
  'segment',
  'oracle',
  'discord',
  'sentry',
  'xero',
  'word',
  'google',
  'intercom',
  'workday',
  'ups',
  'asana',
  'linear',
])

const DEVICES =
  /\b(?:Safari|Firefox|Chrome|Edge|iOS|iPhone|iPad|Android|Windows|macOS|mobile|phone|smartphone|handy|tablet|desktop|landscape|offline)\b(?:\s\d{1,2}(?:\.\d+)?)?/gi

const SPELLED = new Map((SYSTEMS.source.match(/[A-Z][\w .]*/g) ?? []).map((name) => [name.toLowerCase(), name]))

function unique(values: readonly string[]): string[] {
  const seen = new Map<string, string>()
  for (const value of values) if (!seen.has(value.toLowerCase())) seen.set(value.toLowerCase(), value)
  return [...seen.values()]
}

export function readFormats(text: string): string[] {
  const found = (text.match(FORMATS) ?? []).filter((word) => !NEEDS_CAPITAL.has(word) || /\b(?:excel)\b/.test(word))
  return unique(
    found.map(
      (word) =>
        SPELLING[word.toLowerCase()] ?? (/^qr/i.test(word) ? 'QR code' : word.toUpperCase().replace('JPG', 'JPEG')),
    ),
  )
}

export function readSystems(text: string): string[] {
  return unique(
    (text.match(SYSTEMS) ?? [])
      .filter(
        (word) =>
          !COMMON_WORDS.has(word) || / (?:to|in|on|via|an|in|über) (?:slack|notion|discord|sentry)\b/i.test(` ${text}`),
      )
      .map((word) => SPELLED.get(word.toLowerCase()) ?? word),
  )
}

export function readDevices(text: string): string[] {
  return unique(text.match(DEVICES) ?? [])
}
