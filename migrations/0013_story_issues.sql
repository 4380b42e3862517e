CREATE TABLE "hub"."story_issues" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"tracker_workspace" text NOT NULL,
	"issue_id" text NOT NULL,
	"issue_key" text NOT NULL,
	"url" text NOT NULL,
	"project" text NOT NULL,
	"story_id" uuid NOT NULL,
	"story_number" integer NOT NULL,
	"place" jsonb NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"agreed" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"conflicts" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"stale" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"source" text,
	"status" text NOT NULL,
	"issue_at" timestamp with time zone NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "story_issues_workspace_plugin_tracker_workspace_issue_id_pk" PRIMARY KEY("workspace","plugin","tracker_workspace","issue_id")
);
--> statement-breakpoint
CREATE TABLE "hub"."workflow_approvals" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"step" text NOT NULL,
	"attempt" integer NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"subject" text NOT NULL,
	"code" text NOT NULL,
	"rules" jsonb NOT NULL,
	"started_by" text NOT NULL,
	"due_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "workflow_approvals_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "hub"."workflow_events" (
	"workspace" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"payload" jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "workflow_events_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "hub"."workflow_links" (
	"hash" text PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"approval_id" uuid NOT NULL,
	"plugin" text NOT NULL,
	"account_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hub"."workflow_numbers" (
	"workspace" text PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hub"."workflow_runs" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"number" integer NOT NULL,
	"start_key" text NOT NULL,
	"name" text NOT NULL,
	"version" text NOT NULL,
	"status" text NOT NULL,
	"outcome" text,
	"reason" text,
	"inputs" jsonb NOT NULL,
	"event" jsonb,
	"trigger" text NOT NULL,
	"started_by" text NOT NULL,
	"started_by_name" text NOT NULL,
	"places" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"concurrency_key" text,
	"parent_run" uuid,
	"parent_step" text,
	"parent_attempt" integer,
	"depth" integer DEFAULT 0 NOT NULL,
	"rerun_of" uuid,
	"revision" integer DEFAULT 0 NOT NULL,
	"started" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "workflow_runs_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "hub"."workflow_schedules" (
	"workspace" text NOT NULL,
	"name" text NOT NULL,
	"nth" integer NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	CONSTRAINT "workflow_schedules_workspace_name_nth_pk" PRIMARY KEY("workspace","name","nth")
);
--> statement-breakpoint
CREATE TABLE "hub"."workflow_steps" (
	"workspace" text NOT NULL,
	"run_id" uuid NOT NULL,
	"key" text NOT NULL,
	"step" text NOT NULL,
	"status" text NOT NULL,
	"attempt" integer NOT NULL,
	"output" jsonb,
	"error" text,
	"ended" integer,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "workflow_steps_workspace_run_id_key_pk" PRIMARY KEY("workspace","run_id","key")
);
--> statement-breakpoint
CREATE TABLE "hub"."workflow_transitions" (
	"workspace" text NOT NULL,
	"run_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"step" text,
	"attempt" integer,
	"cause" text NOT NULL,
	"status" text NOT NULL,
	"note" text,
	"output" jsonb,
	"by" text,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "workflow_transitions_workspace_run_id_seq_pk" PRIMARY KEY("workspace","run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "hub"."workflow_versions" (
	"workspace" text NOT NULL,
	"version" text NOT NULL,
	"name" text NOT NULL,
	"source" text NOT NULL,
	"definition" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "workflow_versions_workspace_version_pk" PRIMARY KEY("workspace","version")
);
--> statement-breakpoint
CREATE TABLE "hub"."workflow_votes" (
	"workspace" text NOT NULL,
	"approval_id" uuid NOT NULL,
	"voter" text NOT NULL,
	"name" text NOT NULL,
	"vote" text NOT NULL,
	"reason" text,
	"delegate" text,
	"job_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "workflow_votes_workspace_approval_id_voter_pk" PRIMARY KEY("workspace","approval_id","voter")
);
--> statement-breakpoint
CREATE TABLE "hub"."workflow_waits" (
	"workspace" text NOT NULL,
	"run_id" uuid NOT NULL,
	"step" text NOT NULL,
	"attempt" integer NOT NULL,
	"event" text NOT NULL,
	"match" jsonb NOT NULL,
	"purpose" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "workflow_waits_workspace_run_id_step_pk" PRIMARY KEY("workspace","run_id","step")
);
--> statement-breakpoint
CREATE TABLE "hub"."workflows" (
	"workspace" text NOT NULL,
	"name" text NOT NULL,
	"version" text NOT NULL,
	"saved_by" text NOT NULL,
	"saved_by_name" text NOT NULL,
	"place" jsonb,
	"listens" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"hook_hash" text,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "workflows_workspace_name_pk" PRIMARY KEY("workspace","name")
);
--> statement-breakpoint
CREATE INDEX "story_issues_story" ON "hub"."story_issues" USING btree ("workspace","story_id");--> statement-breakpoint
CREATE INDEX "story_issues_issue" ON "hub"."story_issues" USING btree ("plugin","tracker_workspace","issue_id");--> statement-breakpoint
CREATE INDEX "story_issues_project" ON "hub"."story_issues" USING btree ("workspace","plugin","tracker_workspace","project","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "workflow_approvals_step" ON "hub"."workflow_approvals" USING btree ("workspace","run_id","step","attempt");--> statement-breakpoint
CREATE UNIQUE INDEX "workflow_approvals_code" ON "hub"."workflow_approvals" USING btree ("code");--> statement-breakpoint
CREATE INDEX "workflow_events_name" ON "hub"."workflow_events" USING btree ("workspace","name","at");--> statement-breakpoint
CREATE INDEX "workflow_events_age" ON "hub"."workflow_events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "workflow_links_approval" ON "hub"."workflow_links" USING btree ("workspace","approval_id");--> statement-breakpoint
CREATE UNIQUE INDEX "workflow_runs_number" ON "hub"."workflow_runs" USING btree ("workspace","number");--> statement-breakpoint
CREATE UNIQUE INDEX "workflow_runs_start" ON "hub"."workflow_runs" USING btree ("workspace","start_key");--> statement-breakpoint
CREATE INDEX "workflow_runs_group" ON "hub"."workflow_runs" USING btree ("workspace","concurrency_key","number") WHERE concurrency_key is not null and finished_at is null;--> statement-breakpoint
CREATE INDEX "workflow_runs_parent" ON "hub"."workflow_runs" USING btree ("workspace","parent_run") WHERE parent_run is not null;--> statement-breakpoint
CREATE INDEX "workflow_schedules_due" ON "hub"."workflow_schedules" USING btree ("next_at");--> statement-breakpoint
CREATE INDEX "workflow_waits_event" ON "hub"."workflow_waits" USING btree ("workspace","event");--> statement-breakpoint
CREATE UNIQUE INDEX "workflows_hook" ON "hub"."workflows" USING btree ("hook_hash") WHERE hook_hash is not null;