import { createHash } from 'node:crypto'
import { HubError, type Place, type Posted } from '#contract'
import type { SlackClient } from './client.ts'

/** Files carry no metadata, so the name carries the mark that `find` looks for: `story.md` is sent as `story-1f3a9c2e.md`. */
export function fileMarker(name: string, key: string): string {
  const mark = createHash('sha256').update(key).digest('hex').slice(0, 8)
  const clean = name.replace(/[^\w.-]+/g, '-').slice(-100) || 'file.txt'
  const dot = clean.lastIndexOf('.')
  return dot > 0 ? `${clean.slice(0, dot)}-${mark}${clean.slice(dot)}` : `${clean}-${mark}`
}

/**
 * Three calls, of which only the last shows anything: a failure before it is a send that did not happen.
 * https://docs.slack.dev/messaging/working-with-files#upload
 */
export async function sendFile(
  client: SlackClient,
  to: Place,
  file: { readonly name: string; readonly title: string; readonly text: string },
  signal: AbortSignal,
): Promise<Posted> {
  const { workspace } = to
  const fileId = await prepare(client, workspace, file, signal)
  const answer = await client.call(
    'files.completeUploadExternal',
    {
      files: [{ id: fileId, title: file.title.slice(0, 200).toWellFormed() }],
      channel_id: to.channel,
      ...(to.thread === undefined ? {} : { thread_ts: to.thread }),
    },
    { workspace, writes: true, signal },
  )
  return { ...to, message: sharedAs(answer.files, to.channel) ?? `file:${fileId}` }
}
async function prepare(
  client: SlackClient,
  workspace: string,
  file: { readonly name: string; readonly text: string },
  signal: AbortSignal,
) {
  const length = Buffer.byteLength(file.text)
  const answer = await client.call(
    'files.getUploadURLExternal',
    { filename: file.name, length },
    { workspace, writes: false, signal },
  )
  const url = answer.upload_url
  const id = answer.file_id
  if (typeof url !== 'string' || typeof id !== 'string')
    throw new HubError('UNAVAILABLE', 'Slack gave no address for the file')
  try {
    await client.upload(url, file.text, signal)
  } catch (error) {
    if (error instanceof HubError && error.code === 'OUTCOME_UNKNOWN') throw new HubError('UNAVAILABLE', error.message)
    throw error
  }
  return id
}
/** The message a file was shared as; Slack often shares a moment after it answers. */
function sharedAs(files: unknown, channel: string): string | null {
  if (!Array.isArray(files)) return null
  const [file] = files as { shares?: Record<string, Record<string, { ts?: string }[]>> }[]
  for (const scope of Object.values(file?.shares ?? {})) {
    const ts = scope[channel]?.[0]?.ts
    if (ts) return ts
  }
  return null
}
