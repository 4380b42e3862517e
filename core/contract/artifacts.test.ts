import { describe, expect, it } from 'vitest'
import { artifactLines, type RunArtifact, sizeOf } from './artifacts.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const run = 'https://github.com/octo/app/actions/runs/7'
const artifact = (name: string, over: Partial<RunArtifact> = {}): RunArtifact => ({
  name,
  sizeBytes: 4_200_000,
  url: `${run}/artifacts/1`,
  runUrl: run,
  digest: null,
  expiresAt: '2027-02-19T12:00:00Z',
  expired: false,
  ...over,
})
const lines = (...artifacts: RunArtifact[]) =>
  artifactLines({ artifacts, artifactCount: artifacts.length }, NOW)?.markdown.split('\n')

describe('artifacts on a card', () => {
  it('are named with their size and their page, and with their end where it is near', () => {
    expect(
      lines(
        artifact('web-dist'),
        artifact('report', { sizeBytes: 310_400, expiresAt: '2026-11-24T09:00:00Z' }),
        artifact('logs', { sizeBytes: 12, expired: true }),
        artifact('late', { expiresAt: '2026-11-21T11:59:59Z' }),
        artifact('kept', { expiresAt: null }),
      ),
    ).toEqual([
      '**Artifacts**',
      `- [web-dist](${run}/artifacts/1) 4.2 MB`,
      `- [report](${run}/artifacts/1) 310 kB, until 2026-11-24`,
      '- logs 12 B, expired',
      '- late 4.2 MB, expired',
      `- [kept](${run}/artifacts/1) 4.2 MB`,
    ])
  })
  it('are five at most, and then the way to the others', () => {
    const many = Array.from({ length: 12 }, (_, n) => artifact(`part-${n}`))
    const shown = artifactLines({ artifacts: many, artifactCount: 12 }, NOW)
    expect(shown?.markdown.split('\n')).toHaveLength(7)
    expect(shown?.markdown).toMatch(/\n- \[and 7 more\]\(https:\/\/github\.com\/octo\/app\/actions\/runs\/7\)$/)
    expect(shown?.text).toMatch(/^Artifacts: part-0 \(4\.2 MB\), .*part-4 \(4\.2 MB\) and 7 more$/)
    // More than were listed at all.
    expect(artifactLines({ artifacts: many, artifactCount: 1_250 }, NOW)?.text).toContain('and 1,245 more')
  })
  it('are nothing where there are none', () => {
    expect(artifactLines({ artifacts: [], artifactCount: 0 }, NOW)).toBeNull()
  })
  it('are text from outside: one line, no marks, no end of a link, nothing unseen', () => {
    const [, line] = lines(
      artifact('a](https://evil.example) **b**\n- <!channel> `x`\u202e\u0000', { url: `${run}/a(1) x` }),
    ) ?? ['', '']
    expect(line).toBe(
      `- [a\\](https://evil.example) \\*\\*b\\*\\* - \\<!channel\\> \\\`x\\\`](${run}/a%281%29%20x) 4.2 MB`,
    )
    expect(lines(artifact('x'.repeat(500)))?.[1]?.length).toBeLessThan(150)
    expect(lines(artifact('\u0007'))?.[1]).toContain('[artifact]')
  })
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [9_949, '9.9 kB'],
    [99_500, '100 kB'],
    [999_600, '1 MB'],
    [4_250_000_000, '4.3 GB'],
    [7e15, '7000 TB'],
  ])('%d bytes are %s', (bytes, expected) => expect(sizeOf(bytes)).toBe(expected))
})
