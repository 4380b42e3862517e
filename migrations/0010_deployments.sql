CREATE TABLE "hub"."deploy_commits" (
	"workspace" text NOT NULL,
	"repository" text NOT NULL,
	"sha" text NOT NULL,
	"message" text NOT NULL,
	"author" text NOT NULL,
	"pushed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "deploy_commits_workspace_repository_sha_pk" PRIMARY KEY("workspace","repository","sha")
);
--> statement-breakpoint
CREATE TABLE "hub"."deploy_environments" (
	"workspace" text NOT NULL,
	"environment" text NOT NULL,
	"approvals" integer NOT NULL,
	"role" text NOT NULL,
	"production" boolean NOT NULL,
	"updated_by" text NOT NULL,
	CONSTRAINT "deploy_environments_workspace_environment_pk" PRIMARY KEY("workspace","environment")
);
--> statement-breakpoint
CREATE TABLE "hub"."deploy_freezes" (
	"workspace" text NOT NULL,
	"number" integer NOT NULL,
	"job_id" text NOT NULL,
	"service" text,
	"environment" text,
	"from_at" timestamp with time zone,
	"to_at" timestamp with time zone,
	"cron" text,
	"duration_ms" bigint,
	"zone" text NOT NULL,
	"reason" text NOT NULL,
	"by_name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "deploy_freezes_workspace_number_pk" PRIMARY KEY("workspace","number")
);
--> statement-breakpoint
CREATE TABLE "hub"."deploy_numbers" (
	"workspace" text NOT NULL,
	"kind" text NOT NULL,
	"last" integer NOT NULL,
	CONSTRAINT "deploy_numbers_workspace_kind_pk" PRIMARY KEY("workspace","kind")
);
--> statement-breakpoint
CREATE TABLE "hub"."deploy_pulls" (
	"workspace" text NOT NULL,
	"repository" text NOT NULL,
	"sha" text NOT NULL,
	"number" integer NOT NULL,
	"place" jsonb NOT NULL,
	"merged_at" timestamp with time zone NOT NULL,
	CONSTRAINT "deploy_pulls_workspace_repository_sha_pk" PRIMARY KEY("workspace","repository","sha")
);
--> statement-breakpoint
CREATE TABLE "hub"."deploy_services" (
	"workspace" text NOT NULL,
	"service" text NOT NULL,
	"repository" text,
	"code_host" text NOT NULL,
	"workflow" text,
	"environments" jsonb NOT NULL,
	"inputs" jsonb NOT NULL,
	"updated_by" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "deploy_services_workspace_service_pk" PRIMARY KEY("workspace","service")
);
--> statement-breakpoint
CREATE TABLE "hub"."deployment_cards" (
	"workspace" text NOT NULL,
	"number" integer NOT NULL,
	"place_key" text NOT NULL,
	"place" jsonb NOT NULL,
	CONSTRAINT "deployment_cards_workspace_number_place_key_pk" PRIMARY KEY("workspace","number","place_key")
);
--> statement-breakpoint
CREATE TABLE "hub"."deployment_sources" (
	"workspace" text NOT NULL,
	"source" text NOT NULL,
	"source_id" text NOT NULL,
	"number" integer NOT NULL,
	CONSTRAINT "deployment_sources_workspace_source_source_id_pk" PRIMARY KEY("workspace","source","source_id")
);
--> statement-breakpoint
CREATE TABLE "hub"."deployment_verifications" (
	"workspace" text NOT NULL,
	"number" integer NOT NULL,
	"story" text NOT NULL,
	"criterion" text NOT NULL,
	"by" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "deployment_verifications_workspace_number_story_criterion_pk" PRIMARY KEY("workspace","number","story","criterion")
);
--> statement-breakpoint
CREATE TABLE "hub"."deployments" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"number" integer NOT NULL,
	"project" text,
	"service" text NOT NULL,
	"environment" text NOT NULL,
	"production" boolean NOT NULL,
	"state" text NOT NULL,
	"ref" text,
	"sha" text,
	"repository" text,
	"url" text,
	"environment_url" text,
	"by_name" text,
	"asked_by" text,
	"revision" integer NOT NULL,
	"reported_at" timestamp with time zone,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	"reason" text,
	"rolls_back" integer,
	"previous_sha" text,
	"commits" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"issues" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"stories" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"lead_time_ms" bigint,
	"restore_ms" bigint,
	"locked" boolean DEFAULT false NOT NULL,
	"approvals_needed" integer DEFAULT 0 NOT NULL,
	"approver_role" text,
	"approvals" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"job_id" text,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "deployments_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "hub"."subscriptions" (
	"workspace" text NOT NULL,
	"topic" text NOT NULL,
	"place_key" text NOT NULL,
	"filter_key" text NOT NULL,
	"filter" jsonb NOT NULL,
	"place" jsonb NOT NULL,
	"zone" text,
	"quiet_from" integer,
	"quiet_to" integer,
	"by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "subscriptions_workspace_topic_place_key_filter_key_pk" PRIMARY KEY("workspace","topic","place_key","filter_key")
);
--> statement-breakpoint
CREATE TABLE "hub"."webhook_endpoints" (
	"workspace" text NOT NULL,
	"number" integer NOT NULL,
	"job_id" text NOT NULL,
	"topic" text NOT NULL,
	"url" text NOT NULL,
	"filter" jsonb NOT NULL,
	"by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"stopped" text,
	CONSTRAINT "webhook_endpoints_workspace_number_pk" PRIMARY KEY("workspace","number")
);
--> statement-breakpoint
CREATE INDEX "deploy_commits_pushed" ON "hub"."deploy_commits" USING btree ("pushed_at");--> statement-breakpoint
CREATE UNIQUE INDEX "deploy_freezes_job" ON "hub"."deploy_freezes" USING btree ("workspace","job_id");--> statement-breakpoint
CREATE INDEX "deploy_pulls_merged" ON "hub"."deploy_pulls" USING btree ("merged_at");--> statement-breakpoint
CREATE INDEX "deploy_services_repository" ON "hub"."deploy_services" USING btree ("workspace","repository");--> statement-breakpoint
CREATE INDEX "deployment_sources_number" ON "hub"."deployment_sources" USING btree ("workspace","number");--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_number" ON "hub"."deployments" USING btree ("workspace","number");--> statement-breakpoint
CREATE INDEX "deployments_history" ON "hub"."deployments" USING btree ("workspace","service","environment","number");--> statement-breakpoint
CREATE INDEX "deployments_environment" ON "hub"."deployments" USING btree ("workspace","environment","number");--> statement-breakpoint
CREATE INDEX "deployments_finished" ON "hub"."deployments" USING btree ("workspace","finished_at");--> statement-breakpoint
CREATE INDEX "deployments_live" ON "hub"."deployments" USING btree ("workspace","service","environment","finished_at") WHERE state = 'succeeded';--> statement-breakpoint
CREATE INDEX "deployments_sha" ON "hub"."deployments" USING btree ("workspace","service","environment","sha");--> statement-breakpoint
CREATE INDEX "deployments_measures" ON "hub"."deployments" USING btree ("workspace","finished_at","service","state","lead_time_ms","restore_ms") WHERE production;--> statement-breakpoint
CREATE INDEX "deployments_open" ON "hub"."deployments" USING btree ("updated_at") WHERE state in ('waiting', 'queued', 'running');--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_lock" ON "hub"."deployments" USING btree ("workspace","service","environment") WHERE locked;--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_job" ON "hub"."deployments" USING btree ("workspace","job_id") WHERE job_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_endpoints_job" ON "hub"."webhook_endpoints" USING btree ("workspace","job_id");