CREATE SCHEMA "hub";
--> statement-breakpoint
CREATE TABLE "hub"."accounts" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"account_id" text NOT NULL,
	"person_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounts_workspace_plugin_account_id_pk" PRIMARY KEY("workspace","plugin","account_id")
);
--> statement-breakpoint
CREATE TABLE "hub"."audit" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"outcome" text NOT NULL,
	"job_id" uuid,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hub"."inbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"source" text NOT NULL,
	"delivery_id" text NOT NULL,
	"seq" bigserial NOT NULL,
	"kind" text NOT NULL,
	"lane" text,
	"body" jsonb NOT NULL,
	"state" text DEFAULT 'new' NOT NULL,
	"received_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hub"."jobs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"seq" bigserial NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"lane" text,
	"body" jsonb,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"max_attempts" integer DEFAULT 8 NOT NULL,
	"backoff_ms" integer DEFAULT 1000 NOT NULL,
	"fence" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp with time zone,
	"worker" text,
	"run_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"result" jsonb,
	"error" text,
	"error_code" text,
	"origin" uuid,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "hub"."kv" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"key" text NOT NULL,
	"value" "bytea" NOT NULL,
	"expires_at" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "kv_workspace_plugin_key_pk" PRIMARY KEY("workspace","plugin","key")
);
--> statement-breakpoint
CREATE TABLE "hub"."limits" (
	"key" text PRIMARY KEY NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	"closed_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "hub"."outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"seq" bigserial NOT NULL,
	"key" text NOT NULL,
	"job_id" uuid,
	"plugin" text NOT NULL,
	"lane" text NOT NULL,
	"op" text NOT NULL,
	"place" jsonb NOT NULL,
	"target" text,
	"message" jsonb NOT NULL,
	"supersedes" text,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fence" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp with time zone,
	"worker" text,
	"not_before" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"attempt_started_at" timestamp with time zone,
	"reserved" boolean DEFAULT false NOT NULL,
	"looks" integer DEFAULT 0 NOT NULL,
	"posted" jsonb,
	"error" text,
	"error_code" text,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "hub"."people" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"role" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "people_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "hub"."usage" (
	"workspace" text NOT NULL,
	"day" text NOT NULL,
	"model" text NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"calls" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_workspace_day_model_pk" PRIMARY KEY("workspace","day","model")
);
--> statement-breakpoint
CREATE TABLE "hub"."workspaces" (
	"id" text PRIMARY KEY NOT NULL,
	"plugin" text NOT NULL,
	"name" text NOT NULL,
	"default_role" text DEFAULT 'member' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hub"."stories" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"number" integer NOT NULL,
	"title" text NOT NULL,
	"state" text DEFAULT 'draft' NOT NULL,
	"version" integer NOT NULL,
	"source" text NOT NULL,
	"source_hash" text,
	"language" text NOT NULL,
	"parent" uuid,
	"created_by" text NOT NULL,
	"created_by_name" text NOT NULL,
	"place" jsonb,
	"approved_by" text,
	"approved_at" timestamp with time zone,
	"approved_job" text,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"search" text GENERATED ALWAYS AS (lower(title || ' ' || left(source, 300))) STORED NOT NULL,
	CONSTRAINT "stories_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "hub"."story_numbers" (
	"workspace" text PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hub"."story_versions" (
	"workspace" text NOT NULL,
	"story_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"job_id" text NOT NULL,
	"part" integer DEFAULT 0 NOT NULL,
	"base_version" integer,
	"draft" jsonb NOT NULL,
	"generated" jsonb NOT NULL,
	"addenda" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"provenance" jsonb NOT NULL,
	"instruction" text,
	"author" text NOT NULL,
	"author_name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "story_versions_workspace_story_id_version_pk" PRIMARY KEY("workspace","story_id","version")
);
--> statement-breakpoint
CREATE TABLE "hub"."console_messages" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"thread" text NOT NULL,
	"seq" bigserial NOT NULL,
	"rev" bigint NOT NULL,
	"side" text NOT NULL,
	"key" text NOT NULL,
	"edit_key" text,
	"message" jsonb NOT NULL,
	"input" jsonb,
	"job_id" text,
	"announce" text,
	"job_state" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"error" text,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"edited_at" timestamp with time zone,
	CONSTRAINT "console_messages_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "hub"."console_threads" (
	"workspace" text NOT NULL,
	"id" text NOT NULL,
	"title" text NOT NULL,
	"rev" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "console_threads_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE INDEX "accounts_person" ON "hub"."accounts" USING btree ("workspace","person_id");--> statement-breakpoint
CREATE INDEX "audit_workspace" ON "hub"."audit" USING btree ("workspace","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "inbox_delivery" ON "hub"."inbox" USING btree ("source","workspace","delivery_id");--> statement-breakpoint
CREATE INDEX "inbox_new" ON "hub"."inbox" USING btree ("seq") WHERE state = 'new';--> statement-breakpoint
CREATE INDEX "inbox_age" ON "hub"."inbox" USING btree ("received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_key" ON "hub"."jobs" USING btree ("workspace","key");--> statement-breakpoint
CREATE INDEX "jobs_due" ON "hub"."jobs" USING btree ("run_at","seq") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "jobs_lane" ON "hub"."jobs" USING btree ("lane","seq") WHERE lane is not null and state in ('pending', 'running');--> statement-breakpoint
CREATE INDEX "jobs_lease" ON "hub"."jobs" USING btree ("lease_until") WHERE state = 'running';--> statement-breakpoint
CREATE INDEX "jobs_newest" ON "hub"."jobs" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "jobs_origin" ON "hub"."jobs" USING btree ("origin");--> statement-breakpoint
CREATE INDEX "jobs_finished" ON "hub"."jobs" USING btree ("finished_at") WHERE state in ('done', 'cancelled');--> statement-breakpoint
CREATE INDEX "jobs_list" ON "hub"."jobs" USING btree ("workspace","seq");--> statement-breakpoint
CREATE INDEX "jobs_state" ON "hub"."jobs" USING btree ("state","seq") WHERE state in ('dead', 'cancelled');--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_key" ON "hub"."outbox" USING btree ("workspace","key");--> statement-breakpoint
CREATE INDEX "outbox_due" ON "hub"."outbox" USING btree ("not_before","seq") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "outbox_lane" ON "hub"."outbox" USING btree ("lane","seq") WHERE state in ('pending', 'inflight', 'unknown', 'reconciling', 'held');--> statement-breakpoint
CREATE INDEX "outbox_lease" ON "hub"."outbox" USING btree ("lease_until") WHERE state in ('inflight', 'reconciling');--> statement-breakpoint
CREATE INDEX "outbox_unknown" ON "hub"."outbox" USING btree ("not_before") WHERE state = 'unknown';--> statement-breakpoint
CREATE INDEX "outbox_attention" ON "hub"."outbox" USING btree ("state","seq") WHERE state in ('held', 'dead');--> statement-breakpoint
CREATE INDEX "outbox_newest" ON "hub"."outbox" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "outbox_finished" ON "hub"."outbox" USING btree ("finished_at") WHERE state in ('sent', 'superseded');--> statement-breakpoint
CREATE INDEX "outbox_list" ON "hub"."outbox" USING btree ("workspace","seq");--> statement-breakpoint
CREATE INDEX "outbox_job" ON "hub"."outbox" USING btree ("job_id");--> statement-breakpoint
CREATE UNIQUE INDEX "stories_number" ON "hub"."stories" USING btree ("workspace","number");--> statement-breakpoint
CREATE INDEX "stories_source" ON "hub"."stories" USING btree ("workspace","source_hash") WHERE source_hash is not null;--> statement-breakpoint
CREATE INDEX "stories_search" ON "hub"."stories" USING gin (search gin_trgm_ops);--> statement-breakpoint
CREATE UNIQUE INDEX "story_versions_job" ON "hub"."story_versions" USING btree ("workspace","job_id","part");--> statement-breakpoint
CREATE UNIQUE INDEX "console_messages_key" ON "hub"."console_messages" USING btree ("workspace","side","key");--> statement-breakpoint
CREATE INDEX "console_messages_order" ON "hub"."console_messages" USING btree ("workspace","thread","seq");--> statement-breakpoint
CREATE INDEX "console_messages_rev" ON "hub"."console_messages" USING btree ("workspace","thread","rev");--> statement-breakpoint
CREATE INDEX "console_messages_open" ON "hub"."console_messages" USING btree ("workspace","thread","seq") WHERE job_state in ('queued', 'pending', 'running');--> statement-breakpoint
CREATE INDEX "console_threads_recent" ON "hub"."console_threads" USING btree ("workspace","updated_at");