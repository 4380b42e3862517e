import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HubError, type Message } from '#contract'
import type { Store } from '../../core/store/open.ts'
import { docsDesk } from '../../test/fakes/docs-desk.ts'
import { memoryRepositories } from '../../test/fakes/memory-repositories.ts'
import { openTestStore } from '../../test/fakes/story-desk.ts'
import { services } from '../../test/services/index.ts'
import { migratedDatabase } from '../../test/support/templates.ts'

let store: Store
let workspaces = 0
let workspace = ''
const SETUP = [
  '# Shop',
  '',
  'A small shop.',
  '',
  '## Install',
  '',
  'Run `npm ci` and then `npm start`.',
  '',
  '## Signing secret',
  '',
  'The signing secret is rotated every 90 days.',
  'Rotate it with `shop rotate --now`, then restart the workers.',
  '',
].join('\r\n')
const runsOf = (message: Message): string[] =>
  (message.blocks ?? []).flatMap((b) =>
    b.kind === 'actions' ? b.items.flatMap((a) => ('run' in a ? [`${a.label}: ${a.run}`] : [])) : [],
  )
const markdownOf = (message: Message): string =>
  (message.blocks ?? []).flatMap((b) => ('markdown' in b ? [b.markdown] : [])).join('\n')

const { databaseUrl } = services()
describe.each(['embedded', 'PostgreSQL'] as const)('on %s', (kind) => {
  // Without PostgreSQL on this machine its half is skipped, and the report says so.
  const skip = kind === 'PostgreSQL' && databaseUrl === null
  beforeAll(async () => {
    if (!skip) store = await openTestStore(kind === 'PostgreSQL' ? await migratedDatabase() : undefined)
  })
  afterAll(async () => {
    if (!skip) await store.close()
  })
  beforeEach(() => {
    workspaces += 1
    workspace = `test:D${workspaces}`
  })
  describe.skipIf(skip)('the documentation', suite)
})

function suite() {
  function desk(over: Partial<Parameters<typeof docsDesk>[0]> & { private?: boolean } = {}) {
    const host = memoryRepositories({ private: over.private ?? false })
    const made = docsDesk({ store, workspace, port: host.port, ...over })
    made.bind()
    return { ...made, host }
  }

  it('says how a repository is bound while there is none', async () => {
    const { run, unbind } = desk()
    unbind()
    expect((await run('docs ask How do I install it?')).text).toContain('/hub bind repository')
    expect((await run('docs status')).text).toContain('/hub bind repository')
  })
  it('answers with the passage, its words in bold, linked to commit and lines; line ends of Windows change no line number', async () => {
    const { run, host } = desk()
    const sha = host.commit({ 'README.md': SETUP, 'src/a.ts': 'export const a = 1\n' })
    const answer = await run('docs ask How do I rotate the signing secret?')
    expect(markdownOf(answer)).toContain('**Rotate** it with')
    expect(markdownOf(answer)).toContain(`https://code.test/octo/shop/blob/${sha}/README.md?plain=1#L11-L12`)
    expect(answer.text).toContain('README.md › Signing secret · L11–12')
    expect(runsOf(answer)).toEqual([
      'Open a documentation issue: docs issue octo/shop How do I rotate the signing secret?',
    ])
  })
  it('says "not documented" and offers an issue; the same question opens it once', async () => {
    const { run, host, audited } = desk()
    host.commit({ 'README.md': SETUP })
    const answer = await run('docs ask Which currencies does checkout support?')
    expect(answer.text).toMatch(/^Not documented\. 1 document of 1 source say nothing about this\./)
    const [button = ''] = runsOf(answer)
    const opened = await run(button.replace('Open a documentation issue: ', ''))
    await run(button.replace('Open a documentation issue: ', ''))
    expect(opened.text).toBe('octo/shop#1 is open.')
    expect(host.issues.map(({ title, writes }) => [title, writes])).toEqual([
      ['Documentation: Which currencies does checkout support?', 2],
    ])
    expect(audited).toEqual(['docs.issue memory:octo/shop#1', 'docs.issue memory:octo/shop#1'])
  })
  it('finds a mistyped word by its neighbour, and says so', async () => {
    const { run, host } = desk()
    host.commit({ 'README.md': SETUP })
    const answer = await run('docs search signing secert')
    expect(answer.text).toContain('Signing secret')
    expect(markdownOf(answer)).toContain('no document says “secert”: looked for “secret”')
    host.commit({ 'README.md': `${SETUP}\nThe hub prints one line.\n` })
    await run('docs sync')
    expect((await run('docs ask What is the price?')).text).toContain('Not documented')
  })
  it('finds another form of a word before a word that is only alike', async () => {
    const { run, host } = desk()
    host.commit({ 'README.md': '# A\n\nA deeply nested value.\n\n## B\n\nEach deployment has a card.\n' })
    const answer = await run('docs search deploy')
    expect(answer.text).toContain('Each deployment has a card')
    expect(markdownOf(answer)).toContain('looked for “deployment”')
    host.commit({ 'README.md': '# A\n\nA deeply nested value.\n' })
    await run('docs sync')
    expect((await run('docs search deploy')).text).toContain('Not documented')
  })
  it('reads again what a push changed and nothing else', async () => {
    const { run, host, push } = desk()
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`docs/page-${i}.md`, `# Page ${i}\n\nText ${i}\n`]),
    )
    const before = host.commit({ 'README.md': SETUP, ...many })
    await run('docs sync')
    expect(host.reads.blobs).toBe(31)
    const after = host.commit({ 'docs/page-3.md': '# Page three\n\nKangaroo\n', 'docs/page-4.md': null })
    await push({ before, after })
    expect(host.reads.blobs).toBe(32)
    expect((await run('docs search kangaroo')).text).toContain('docs/page-3.md')
    expect((await run('docs search Text 4')).text).not.toContain('page-4.md')
    expect((await run('docs status')).text).toContain('30 documents')
  })
  it('links each passage to the commit it was read at, also while the index is half read', async () => {
    const { run, host } = desk()
    const pages = (text: string) =>
      Object.fromEntries(Array.from({ length: 45 }, (_, i) => [`docs/p${String(i).padStart(2, '0')}.md`, text]))
    const first = host.commit({ ...pages('# Page\n'), 'docs/p00.md': '# Begin\n\nA kangaroo lives here.\n' })
    await run('docs sync')
    const { blob } = host.port
    const second = host.commit({
      ...pages('# Page\n\nMore.\n'),
      'docs/p00.md': '# Begin\n\nNew.\n\nA kangaroo lives here.\n',
    })
    let reads = 0
    host.port.blob = async (...asked) => {
      reads += 1
      if (reads > 41) throw new HubError('UNAVAILABLE', 'the host is away')
      return blob(...asked)
    }
    await expect(run('docs sync')).rejects.toThrow('the host is away')
    expect(markdownOf(await run('docs search kangaroo'))).toContain(`/blob/${second}/docs/p00.md?plain=1#L5`)
    expect(markdownOf(await run('docs search p44'))).toContain(`/blob/${first}/docs/p44.md?plain=1#L1`)
  })
  it('leaves out what is no readable text, each with its reason', async () => {
    const { run, host } = desk()
    host.commit({
      'README.md': SETUP,
      'docs/logo.png': Buffer.from([0x89, 0x50, 0, 1]),
      'docs/hidden.md': Buffer.from([65, 0, 66]),
      'docs/latin.md': Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]),
      'docs/huge.md': Buffer.alloc(5_000_000, 65),
      'docs/passwd.md': { kind: 'link' },
      'docs/theme': { kind: 'submodule' },
    })
    const { text } = await run('docs sync')
    expect(text).toContain('1 document with')
    expect(text).toContain('docs/logo.png left out: binary')
    expect(text).toContain('docs/hidden.md left out: binary')
    expect(text).toContain('docs/latin.md left out: not UTF-8')
    expect(text).toContain('docs/huge.md left out: larger than 1 MB')
    expect((await run('docs status')).text).toMatch(/1 a symbolic link.*1 a submodule/)
    expect(host.reads.blobs).toBe(3) // the README and the two that only their content gives away
  })
  it('a settings file decides what is read; a broken one is told with line and cure and changes nothing', async () => {
    const { run, host } = desk()
    host.commit({
      'README.md': SETUP,
      'manual/a.md': '# A\n\nZebra\n',
      '.autodevhub.yml': 'docs:\n  paths: [manual/**]\n',
    })
    await run('docs sync')
    expect((await run('docs search zebra')).text).toContain('manual/a.md')
    expect((await run('docs search signing')).text).toContain('Not documented')
    host.commit({ '.autodevhub.yml': 'docs:\n  paths: [manual/**]\n  mode: commit\n' })
    const { text } = await run('docs sync')
    expect(text).toContain('.autodevhub.yml: line 3: docs.mode must be pull-request, issue or off')
    expect((await run('docs search zebra')).text).toContain('manual/a.md')
  })
  it('a workspace reads only what a project of its own is bound to, and no longer than it is bound', async () => {
    const { run, host, bind, unbind } = desk({ private: true })
    host.commit({ 'README.md': SETUP })
    await run('docs sync')
    const other = `${workspace}-other`
    expect((await run('docs ask signing secret', { workspace: other })).text).toContain('No repository is bound')
    bind(other, 'octo/else')
    expect((await run('docs ask signing secret', { workspace: other })).text).not.toContain('rotated')
    unbind()
    expect((await run('docs ask signing secret')).text).toContain('No repository is bound')
    expect((await run('docs sync')).text).toBe('octo/shop is not bound any more: what was read of it is deleted')
    const rows = await store.sql.query('select 1 from hub.doc_chunks where workspace = $1', [workspace])
    expect(rows).toEqual([])
  })
  it('two that read a repository for the first time at once find the same', async () => {
    const { run, host } = desk()
    host.commit(
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`docs/p${i}.md`, `# Page ${i}\n\nKoala ${i}\n`])),
    )
    const answers = await Promise.all([run('docs search koala'), run('docs search koala'), run('docs sync')])
    expect(answers[0]?.text).toContain('docs/p')
    expect((await run('docs status')).text).toContain('20 documents, 20 passages')
  })
  it('answers although a document has a word, a name or a path that no index takes', async () => {
    const { run, host } = desk()
    const long = 'aB9'.repeat(850)
    host.commit({
      'README.md': SETUP,
      'docs/uml.md': `# Flow\n\n![flow](https://plantuml.test/svg/${long})\n\nCall \`${long}\` or ${long}(1), npm run ${long}\n`,
      [`docs/${'long/'.repeat(600)}a.md`]: '# Deep\n',
    })
    expect((await run('docs ask How do I rotate the signing secret?')).text).toContain('README.md › Signing secret')
    expect((await run('docs search flow')).text).toContain('docs/uml.md')
    expect((await run('docs status')).text).toContain('1 its path is too long')
  })
  it('one repository that fails, however it fails, keeps no other from being read', async () => {
    const { run, host, bind } = desk()
    bind(workspace, 'octo/broken')
    host.commit({ 'README.md': SETUP })
    const { info } = host.port
    host.port.info = async (name, signal) => {
      if (name === 'octo/broken') throw new TypeError('select secret from rows')
      return info(name, signal)
    }
    const answer = await run('docs ask How do I rotate the signing secret?')
    expect(answer.text).toContain('README.md › Signing secret')
    expect(markdownOf(answer)).toContain('not read: octo/broken: an error of the hub')
    expect(markdownOf(answer)).not.toContain('select secret')
    await expect(run('docs sync')).rejects.toThrow('select secret')
    expect((await run('docs sync', { attempt: 3 })).text).toContain(
      'octo/broken could not be read: an error of the hub',
    )
  })
  it('shows nothing of a private repository where people from outside read along', async () => {
    const { run, host } = desk({ private: true })
    host.commit({ 'README.md': SETUP })
    await run('docs sync')
    const { text } = await run('docs ask signing secret', { visibility: 'public' })
    expect(text).toContain('people from outside read along')
    expect(text).not.toContain('rotated')
  })
  it('names no private repository there, nor one that nobody has looked at, in whatever command', async () => {
    const { run, host, bind } = desk({ private: true })
    bind(workspace, 'octo/unread')
    host.commit({ 'README.md': SETUP })
    const open = { visibility: 'public' } as const
    const said = async (line: string) => JSON.stringify(await run(line, open).catch((error: Error) => error.message))
    const lines = [
      'docs status',
      'docs ask signing secret',
      'docs sync',
      'docs sync octo/none',
      'docs sync octo/shop',
      'docs issue octo/none What is it?',
      'docs history README.md',
      'docs adr Use it\nAda: Decision: we use it.',
    ]
    for (const line of [...lines, ...lines])
      expect((await said(line)).replaceAll(line, '').replaceAll('repository octo/shop.', ''), line).not.toMatch(
        /octo\/(?:shop|unread)/,
      )
    expect(await said('docs sync octo/shop')).toBe(
      await said('docs sync octo/none').then((text) => text.replace('none', 'shop')),
    )
    expect((await run('docs sync')).text).toContain('octo/shop at')
  })
  it('follows a repository that is opened or closed to everybody', async () => {
    const { run, host, opened } = desk()
    host.commit({ 'README.md': SETUP })
    const ask = async () => (await run('docs ask signing secret', { visibility: 'public' })).text
    expect(await ask()).toContain('rotated')
    expect((await run('docs sync', { visibility: 'public' })).text).toContain('octo/shop at')
    host.setPrivate(true)
    await opened(true)
    expect(await ask()).toContain('people from outside read along')
    host.setPrivate(false)
    await opened(false)
    expect(await ask()).toContain('rotated')
  })
  it('finds accepted stories, not those of private conversations', async () => {
    const view = (reference: string, visibility: 'team' | 'private', markdown: string) => ({
      reference,
      id: reference,
      title: markdown,
      state: 'approved' as const,
      version: 1,
      source: markdown,
      visibility,
      markdown,
      gherkin: '',
      criteria: [],
    })
    const { run, host, approve } = desk({
      stories: [
        view('ST-1', 'team', '# ST-1 Pay with a saved card\n\nAs a shopper I want to pay with a saved card.'),
        view('ST-2', 'private', '# ST-2 Layoffs\n\nAs a manager I want to plan layoffs.'),
      ],
    })
    host.commit({ 'README.md': SETUP })
    await approve('ST-1')
    await approve('ST-2')
    expect((await run('docs ask Can a shopper pay with a saved card?')).text).toContain('ST-1')
    expect((await run('docs ask plan layoffs')).text).toContain('Not documented')
  })
}
