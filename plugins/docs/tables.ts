import { sql } from 'drizzle-orm'
import {
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'

const hub = pgSchema('hub')
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
/** Words are made by `index/terms.ts`, not by a dictionary of PostgreSQL: identifiers, flags and paths stay whole, and both sides agree. */
const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** A repository as one workspace reads it: two workspaces that bind the same one keep an index each, so no row is ever shared. */
export const docRepositories = hub.table(
  'doc_repositories',
  {
    workspace: text('workspace').notNull(),
    /** Adapter that owns it; 'story' for accepted stories. */
    plugin: text('plugin').notNull(),
    repository: text('repository').notNull(),
    url: text('url').notNull(),
    /** Not shown where people from outside read along. */
    isPrivate: boolean('is_private').notNull(),
    branch: text('branch').notNull(),
    /** Commit that the index shows; null while nothing is indexed. */
    sha: text('sha'),
    /** Settings as they were checked at that commit: `Settings`. */
    settings: jsonb('settings').notNull(),
    /** What is wrong with the settings file, in words. */
    problems: jsonb('problems').notNull().default([]),
    documents: integer('documents').notNull().default(0),
    chunks: integer('chunks').notNull().default(0),
    /** Files that were left out, with the reason. */
    skipped: jsonb('skipped').notNull().default([]),
    /** Words of a great share of its passages with their number, and how many passages there were then: counting them anew is the dear part of a query. */
    common: jsonb('common').notNull().default({}),
    indexedAt: at('indexed_at'),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.plugin, t.repository] })],
)

/** One row for each document; a push reads again only those whose blob changed. */
export const docFiles = hub.table(
  'doc_files',
  {
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    repository: text('repository').notNull(),
    path: text('path').notNull(),
    blob: text('blob').notNull(),
    title: text('title').notNull(),
    chunks: integer('chunks').notNull(),
    /** Commit it was read at: its lines are true there, also while the others are still read. */
    sha: text('sha'),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.plugin, t.repository, t.path] })],
)

/** Sections of documents, small enough to quote. */
export const docChunks = hub.table(
  'doc_chunks',
  {
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    repository: text('repository').notNull(),
    path: text('path').notNull(),
    part: integer('part').notNull(),
    /** Headings above it, outermost first, joined by ' › '. */
    heading: text('heading').notNull(),
    anchor: text('anchor').notNull(),
    startLine: integer('start_line').notNull(),
    endLine: integer('end_line').notNull(),
    text: text('text').notNull(),
    terms: tsvector('terms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.plugin, t.repository, t.path, t.part] }),
    index('doc_chunks_terms').using('gin', t.terms),
  ],
)

/** Words that occur in a workspace's documents: a mistyped one finds its neighbours here. */
export const docWords = hub.table(
  'doc_words',
  { workspace: text('workspace').notNull(), word: text('word').notNull() },
  (t) => [
    primaryKey({ columns: [t.workspace, t.word] }),
    // Needs the extension pg_trgm.
    index('doc_words_trigrams').using('gin', sql`word gin_trgm_ops`),
  ],
)

/** What a document says and the code no longer does. */
export const docFindings = hub.table(
  'doc_findings',
  {
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    repository: text('repository').notNull(),
    branch: text('branch').notNull(),
    /** Of kind, name and document: the same finding again is the same row. */
    hash: text('hash').notNull(),
    state: text('state').notNull().default('open'), // new (found, not told yet) | open | declined | gone
    path: text('path').notNull(),
    line: integer('line').notNull(),
    /** `Drift`: kind, old, new, the hunk that shows it. */
    drift: jsonb('drift').notNull(),
    sha: text('sha').notNull(),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.plugin, t.repository, t.branch, t.hash] })],
)

/** What the hub has written for a branch: its open pull request with the edits in it, and its issue. */
export const docWrites = hub.table(
  'doc_writes',
  {
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    repository: text('repository').notNull(),
    branch: text('branch').notNull(),
    /** Edits of the open pull request: `Edit[]`. A new push makes it anew from these and what it adds. */
    edits: jsonb('edits').notNull().default([]),
    /** Hashes of edits that people closed. */
    declined: jsonb('declined').notNull().default([]),
    proposal: jsonb('proposal'),
    issue: jsonb('issue'),
    /** Grows when an issue was closed and something new is to be told. */
    issueRound: integer('issue_round').notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.plugin, t.repository, t.branch] })],
)

/** What became of each push, also of those nobody was told about. */
export const docRuns = hub.table(
  'doc_runs',
  {
    workspace: text('workspace').notNull(),
    /** Job that did it: a repeat writes the same row. */
    id: uuid('id').notNull(),
    plugin: text('plugin').notNull(),
    repository: text('repository').notNull(),
    branch: text('branch').notNull(),
    sha: text('sha'),
    outcome: text('outcome').notNull(), // proposed | reported | silent | refused
    reason: text('reason').notNull(),
    url: text('url'),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.workspace, t.id] }),
    index('doc_runs_newest').on(t.workspace, t.plugin, t.repository, t.createdAt),
  ],
)
