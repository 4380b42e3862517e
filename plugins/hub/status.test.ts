import { expect, test } from 'vitest'
import { statusMessage } from './status.ts'

const quiet = { waitingJobs: 0, runningJobs: 0, deadJobs: 0, oldestWaitingMs: null, outbox: {} }
const mode = { name: 'embedded', limits: ['survives a killed process, not a power cut'] }
const adapters = [
  { name: 'slack', on: false, reason: 'SLACK_SIGNING_SECRET is missing' },
  { name: 'console', on: true, reason: null },
]

test('a quiet hub: what is on, what is not and why, and what the mode does not promise', () => {
  expect(statusMessage({ mode, adapters, load: quiet, model: null, budget: null, trackers: [] }).text).toBe(
    [
      'All is well.',
      'Queue: empty',
      'Messages: all sent',
      'Model: none configured: drafts are made offline',
      'Store: embedded',
      'slack: off (SLACK_SIGNING_SECRET is missing)',
      'console: on',
      'embedded: survives a killed process, not a power cut',
    ].join('\n'),
  )
})

test('the trackers of this channel’s project, with the rules in words', () => {
  const rules = {
    ...{ mode: 'auto', types: [], labels: ['needs-criteria', '*bold*'], states: ['To Do', 'Ready'], dryRun: false },
    ...{ place: { kind: 'field', field: 'Acceptance criteria' }, issuesPerDay: 50 },
  }
  const trackers = [
    { label: 'PAY · Payments', rules },
    { label: 'ENG', rules: {} },
  ]
  const { text } = statusMessage({ mode, adapters, load: quiet, model: null, budget: null, trackers })
  expect(text).toContain(
    'PAY · Payments: mode auto, labels needs-criteria or bold, states To Do or Ready, place field Acceptance criteria, issuesPerDay 50',
  )
  expect(text).toContain('ENG: no rules')
})

test('what needs a person comes first, with the command that shows it', () => {
  const load = {
    waitingJobs: 1_200,
    runningJobs: 3,
    deadJobs: 2,
    oldestWaitingMs: 200_000,
    outbox: { pending: 4, held: 1, dead: 3 },
  }
  const budget = { usedTokens: 41_000, limitTokens: 100_000 }
  const { text } = statusMessage({
    mode: { name: 'postgres', limits: [] },
    adapters: [],
    load,
    model: 'claude',
    budget,
    trackers: [],
  })
  expect(text).toBe(
    [
      'Something needs a person:',
      '1 message held, because nobody can tell whether they arrived: npm run hub -- deliveries list --state held',
      '3 messages given up, with the reason: npm run hub -- deliveries list --state dead',
      '2 jobs given up, with the reason: npm run hub -- jobs list --state dead',
      'Queue: 1,200 waiting, the oldest for 3 min; 3 running',
      'Messages: 4 pending, 1 held, 3 dead',
      'Model: claude',
      'Model budget today: 41,000 of 100,000 tokens (41 %)',
      'Store: postgres',
    ].join('\n'),
  )
})

test.each([
  [900, '1 s'],
  [119_000, '119 s'],
  [3_600_000, '60 min'],
  [10_800_000, '3 h'],
])('%d ms is %s', (oldestWaitingMs, shown) => {
  const load = { ...quiet, waitingJobs: 1, oldestWaitingMs }
  expect(statusMessage({ mode, adapters, load, model: null, budget: null, trackers: [] }).text).toContain(
    `1 waiting, the oldest for ${shown};`,
  )
})
