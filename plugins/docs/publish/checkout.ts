import { execFile } from 'node:child_process'
import { basename, resolve } from 'node:path'
import { promisify } from 'node:util'
import { HubError, type TreeEntry } from '#contract'
import { linesOf, titleOf } from '../index/chunks.ts'
import { decodeDocument, MAX_DOCUMENT_BYTES, selectDocuments } from '../index/select.ts'
import { parseSettings } from '../settings/parse.ts'
import { DEFAULT_SETTINGS, SETTINGS_FILE } from '../settings/settings.ts'
import type { SiteDocument, SiteSource } from './source.ts'

const MAX_LIST_BYTES = 200_000_000

/**
 * The documents of a repository that lies on this machine, at the commit that is checked out and by the same settings as the index: what a CI run
 * publishes, without a hub. Files that are not committed are not read.
 */
export async function sourceOfCheckout(given: string): Promise<SiteSource> {
  const folder = resolve(given)
  const git = async (...args: string[]): Promise<Buffer> => {
    const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args], {
      encoding: 'buffer',
      maxBuffer: MAX_LIST_BYTES,
    })
    return stdout
  }
  let sha: string
  try {
    sha = (await git('rev-parse', '--verify', 'HEAD')).toString().trim()
  } catch (cause) {
    throw new HubError('INPUT_INVALID', `${folder} is no git repository with a commit in it`, { cause })
  }
  const remote = await git('remote', 'get-url', 'origin').catch(() => Buffer.alloc(0))
  const entries = entriesOf((await git('ls-tree', '-r', '-z', '-l', '--full-tree', 'HEAD')).toString())
  const file = entries.find(({ path, kind }) => path === SETTINGS_FILE && kind === 'file')
  const { settings, problems } = file
    ? await parseSettings(await git('cat-file', 'blob', file.blob))
    : { settings: DEFAULT_SETTINGS, problems: [] }
  if (problems.length > 0) throw new HubError('INPUT_INVALID', problems.join('\n'))
  const { documents } = selectDocuments(entries, settings)
  return {
    plugin: 'git',
    ...originOf(remote.toString().trim(), folder),
    sha,
    // Whoever runs it has the files, and says where the pages go.
    isPrivate: false,
    async *documents() {
      for (const { path, blob, sizeBytes } of documents) {
        if (sizeBytes > MAX_DOCUMENT_BYTES) continue
        const decoded = decodeDocument(await git('cat-file', 'blob', blob))
        if ('reason' in decoded) continue
        yield { path, title: titleOf(path, linesOf(decoded.text)), text: decoded.text } satisfies SiteDocument
      }
    },
  }
}

/** `<mode> <type> <id> <size>\t<path>`, each ended by a null byte: https://git-scm.com/docs/git-ls-tree */
function entriesOf(listed: string): TreeEntry[] {
  return listed.split('\0').flatMap((line) => {
    const [, mode, blob = '', size = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.+)$/s.exec(line) ?? []
    if (mode === undefined) return []
    const kind = mode === '120000' ? 'link' : mode === '160000' ? 'submodule' : 'file'
    return [{ path, kind, blob, sizeBytes: size === '-' ? 0 : Number(size) }]
  })
}

/** The page of the repository: the address without whatever key it was cloned with. */
function originOf(remote: string, folder: string): { readonly repository: string; readonly url: string } {
  const [, host, path] =
    /^(?:https?:\/\/(?:[^@/]*@)?|ssh:\/\/(?:[^@/]*@)?|[\w.-]+@)([\w.-]+(?::\d+)?)[/:](.+?)(?:\.git)?\/?$/.exec(
      remote,
    ) ?? []
  if (host === undefined || path === undefined) return { repository: basename(folder) || 'repository', url: '' }
  return { repository: path, url: `https://${host}/${path}` }
}
