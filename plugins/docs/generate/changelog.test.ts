import { describe, expect, it } from 'vitest'
import { classify } from './change-kind.ts'
import { changelogText, newestRelease, unreleasedOf } from './changelog.ts'
import { regenerate } from './sections.ts'
import type { Sources } from './sources.ts'

const URL = 'https://code.test/octo/shop'
/** Commits in a row, oldest first; a second parent is given by its index. */
function history(...messages: readonly (string | readonly [message: string, parents: readonly number[]])[]) {
  const shaOf = (i: number) => `${i}`.padStart(4, '0').repeat(10)
  return messages.map((one, i) => {
    const [message, parents] = typeof one === 'string' ? [one, [i - 1]] : one
    return { sha: shaOf(i), message, author: 'ann', parents: parents.map(shaOf) }
  })
}
const listed = (commits: ReturnType<typeof history>) =>
  unreleasedOf(commits, commits.at(-1)?.sha ?? '').map(({ kind, text, pull }) => `${kind} ${text} ${pull}`)
const sourcesOf = (commits: ReturnType<typeof history>, ...tags: readonly string[]): Sources => ({
  url: URL,
  branch: 'main',
  sha: commits.at(-1)?.sha ?? '',
  read: async () => null,
  code: async () => ({ files: [], unread: 0 }),
  since: async (refs) => {
    const base = refs.find((ref) => tags.includes(ref))
    return base === undefined ? null : { base, commits, truncated: false }
  },
})
const never = () => false

describe('what was merged since a release', () => {
  it.each([
    ['feat(cart): add vouchers', 'Added', 'add vouchers'],
    ['fix!: refuse an empty cart', 'Fixed', 'refuse an empty cart'],
    ['Remove the old checkout', 'Removed', 'Remove the old checkout'],
    ['Fixes rounding of prices', 'Fixed', 'Fixes rounding of prices'],
    ['Patch CVE-2026-1234 in the parser', 'Security', 'Patch CVE-2026-1234 in the parser'],
    ['cart: count twice', 'Changed', 'cart: count twice'],
    ['Deprecate --old', 'Deprecated', 'Deprecate --old'],
    ['Prices are shown with tax', 'Changed', 'Prices are shown with tax'],
    ['chore: tidy', null, 'tidy'],
    ['refactor!: one entry point', 'Changed', 'one entry point'],
    ['Bump vitest from 4.0.0 to 4.0.1', null, 'Bump vitest from 4.0.0 to 4.0.1'],
    ['1.4.0', null, '1.4.0'],
  ])('%s is of kind %s', (title, kind, text) => {
    expect(classify(title, title)).toMatchObject({ kind, text })
  })
  it('is one entry for a pull request however it was merged, and one for a commit that came without', () => {
    const commits = history(
      'feat: start (#2)',
      ['wip on a branch', [0]],
      ['Add vouchers, for real', [1]],
      ['Merge pull request #7 from ann/vouchers\n\nAdd vouchers\n\nCloses #5', [0, 2]],
      'Fix rounding',
    )
    expect(listed(commits)).toEqual(['Fixed Fix rounding null', 'Added Add vouchers 7', 'Added start 2'])
  })
  it('of a merge that says nothing is what it merged; of a merge of the branch itself as well', () => {
    const commits = history('Add a', ['Add b', [0]], ['Add c', [0]], ["Merge branch 'main' into main", [1, 2]])
    expect(listed(commits).sort()).toEqual(['Added Add a null', 'Added Add b null', 'Added Add c null'])
  })
  it("leaves out what was taken back, upkeep, and the hub's own pull requests, so that they call for no entry themselves", () => {
    const commits = history(
      'Add a thing',
      `Revert "Add a thing"\n\nThis reverts commit ${'0000'.repeat(10)}.`,
      'ci: faster',
      'Documentation follows main: 1 document (#9)',
      ['Documentation follows main', [3]],
      ['Merge pull request #10 from octo/autodevhub/docs\n\nDocumentation follows main: 2 documents', [3, 4]],
    )
    expect(unreleasedOf(commits, commits.at(-1)?.sha ?? '')).toEqual([])
  })
  it('is written with links to pull request, commit and issues; words of others format, link and mention nothing', () => {
    const commits = history(
      'feat!: take `--fast` [away](https://evil.test) <!-- /autodevhub --> @ann | # (#3)\n\nFixes #1, closes #2',
      'Correct `npm run x`',
    )
    const at = { url: URL, base: 'v1.2.0', branch: 'main', hasHeading: false, truncated: false }
    expect(changelogText(unreleasedOf(commits, commits[1]?.sha ?? ''), at)).toBe(
      [
        `## [Unreleased](${URL}/compare/v1.2.0...main)`,
        '### Added',
        `- **Breaking:** Take \`--fast\` \\[away\\](https://evil.test) \\<!-- /autodevhub --\\> @\u200Bann \\| \\# ([#3](${URL}/pull/3), closes [#1](${URL}/issues/1), [#2](${URL}/issues/2))`,
        '### Fixed',
        `- Correct \`npm run x\` ([0001000](${URL}/commit/${'0001'.repeat(10)}))`,
        `<sub>[All commits](${URL}/compare/v1.2.0...main) · tests, build, documentation and what was taken back are left out</sub>`,
      ].join('\n\n'),
    )
  })
  it('is bounded, and says so', () => {
    const commits = history(...Array.from({ length: 260 }, (_, i) => `Add thing ${i}`))
    const at = { url: URL, base: 'v1', branch: 'main', hasHeading: true, truncated: true }
    const text = changelogText(unreleasedOf(commits, commits.at(-1)?.sha ?? ''), at)
    expect(text.match(/^- /gm)).toHaveLength(200)
    expect(text).toContain('60 older changes not listed · the host did not list every commit · tests')
    expect(text.startsWith('### Added')).toBe(true)
  })
})

describe('a section of a change log', () => {
  const document = (inside: string, heading = '## [1.2.0] - 2026-01-05') =>
    `# Changelog\n\nBy hand.\n\n<!-- autodevhub:changelog -->\n${inside}<!-- /autodevhub -->\n\n${heading}\n\n- Written by a person\n`
  it('begins at the newest release that the document itself names; what people wrote stays', async () => {
    const commits = history('Add vouchers (#3)')
    const made = await regenerate('CHANGELOG.md', document(''), sourcesOf(commits, 'v1.2.0'), never)
    expect(made.text).toBe(
      document(
        `\n## [Unreleased](${URL}/compare/v1.2.0...main)\n\n### Added\n\n- Add vouchers ([#3](${URL}/pull/3))\n\n<sub>[All commits](${URL}/compare/v1.2.0...main) · tests, build, documentation and what was taken back are left out</sub>\n\n`,
      ),
    )
    expect(made.sections).toMatchObject([{ kind: 'changelog', from: 'v1.2.0' }])
    expect(await regenerate('CHANGELOG.md', made.text, sourcesOf(commits, 'v1.2.0'), never)).toEqual({
      text: made.text,
      sections: [],
      problems: [],
    })
  })
  it('is emptied after a release, and not begun while there is nothing', async () => {
    const [none, full] = [document(''), document('\n### Added\n\n- Add vouchers\n\n')]
    const at = sourcesOf(history('ci: faster'), '1.2.0')
    expect((await regenerate('CHANGELOG.md', none, at, never)).text).toBe(none)
    expect((await regenerate('CHANGELOG.md', full, at, never)).text).toContain('Nothing yet.')
  })
  it('stays as it is, with the cure, where no release is known', async () => {
    const [text, unnamed] = [document(''), document('', '## Older')]
    expect(await regenerate('CHANGELOG.md', text, sourcesOf(history('Add a')), never)).toEqual({
      text,
      sections: [],
      problems: ['CHANGELOG.md line 5: there is no tag or commit v1.2.0 or 1.2.0 that main goes on from'],
    })
    const { problems } = await regenerate('CHANGELOG.md', unnamed, sourcesOf(history('Add a')), never)
    expect(problems[0]).toContain('write a tag or commit to begin at after autodevhub:changelog')
  })
  it('reads the newest version below the section, in whatever form', () => {
    expect(newestRelease('# Log\n', '\n## [2.0.0-rc.1](https://x)\n\n## 1.0.0\n')).toBe('2.0.0-rc.1')
    expect(newestRelease('## v3.1.4 (2026)\n', '')).toBe('3.1.4')
    expect(newestRelease('## Unreleased\n', '## Soon\n')).toBeNull()
  })
})

it('upkeep alone changes nothing, and a name of code keeps its case', () => {
  const at = { url: URL, base: 'v1', branch: 'main', hasHeading: true, truncated: false }
  const before = history('feat: openShop takes a name', 'add tax')
  const after = [...before, ...history('x', 'y', 'ci: faster').slice(2)]
  const textOf = (commits: typeof before) => changelogText(unreleasedOf(commits, commits.at(-1)?.sha ?? ''), at)
  expect(textOf(after)).toBe(textOf(before))
  expect(textOf(before)).toContain('- openShop takes a name (')
  expect(textOf(before)).toContain('- Add tax (')
})
