CREATE TABLE "hub"."doc_chunks" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"repository" text NOT NULL,
	"path" text NOT NULL,
	"part" integer NOT NULL,
	"heading" text NOT NULL,
	"anchor" text NOT NULL,
	"start_line" integer NOT NULL,
	"end_line" integer NOT NULL,
	"text" text NOT NULL,
	"terms" "tsvector" NOT NULL,
	CONSTRAINT "doc_chunks_workspace_plugin_repository_path_part_pk" PRIMARY KEY("workspace","plugin","repository","path","part")
);
--> statement-breakpoint
CREATE TABLE "hub"."doc_files" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"repository" text NOT NULL,
	"path" text NOT NULL,
	"blob" text NOT NULL,
	"title" text NOT NULL,
	"chunks" integer NOT NULL,
	CONSTRAINT "doc_files_workspace_plugin_repository_path_pk" PRIMARY KEY("workspace","plugin","repository","path")
);
--> statement-breakpoint
CREATE TABLE "hub"."doc_findings" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"repository" text NOT NULL,
	"branch" text NOT NULL,
	"hash" text NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"path" text NOT NULL,
	"line" integer NOT NULL,
	"drift" jsonb NOT NULL,
	"sha" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "doc_findings_workspace_plugin_repository_branch_hash_pk" PRIMARY KEY("workspace","plugin","repository","branch","hash")
);
--> statement-breakpoint
CREATE TABLE "hub"."doc_repositories" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"repository" text NOT NULL,
	"url" text NOT NULL,
	"is_private" boolean NOT NULL,
	"branch" text NOT NULL,
	"sha" text,
	"settings" jsonb NOT NULL,
	"problems" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"documents" integer DEFAULT 0 NOT NULL,
	"chunks" integer DEFAULT 0 NOT NULL,
	"skipped" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"indexed_at" timestamp with time zone,
	CONSTRAINT "doc_repositories_workspace_plugin_repository_pk" PRIMARY KEY("workspace","plugin","repository")
);
--> statement-breakpoint
CREATE TABLE "hub"."doc_runs" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"plugin" text NOT NULL,
	"repository" text NOT NULL,
	"branch" text NOT NULL,
	"sha" text,
	"outcome" text NOT NULL,
	"reason" text NOT NULL,
	"url" text,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "doc_runs_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "hub"."doc_words" (
	"workspace" text NOT NULL,
	"word" text NOT NULL,
	CONSTRAINT "doc_words_workspace_word_pk" PRIMARY KEY("workspace","word")
);
--> statement-breakpoint
CREATE TABLE "hub"."doc_writes" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"repository" text NOT NULL,
	"branch" text NOT NULL,
	"edits" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"declined" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"proposal" jsonb,
	"issue" jsonb,
	"issue_round" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "doc_writes_workspace_plugin_repository_branch_pk" PRIMARY KEY("workspace","plugin","repository","branch")
);
--> statement-breakpoint
CREATE INDEX "doc_chunks_terms" ON "hub"."doc_chunks" USING gin ("terms");--> statement-breakpoint
CREATE INDEX "doc_runs_newest" ON "hub"."doc_runs" USING btree ("workspace","plugin","repository","created_at");--> statement-breakpoint
CREATE INDEX "doc_words_trigrams" ON "hub"."doc_words" USING gin (word gin_trgm_ops);