CREATE TABLE "hub"."deployment_group_members" (
	"workspace" text NOT NULL,
	"group_id" uuid NOT NULL,
	"number" integer NOT NULL,
	CONSTRAINT "deployment_group_members_workspace_group_id_number_pk" PRIMARY KEY("workspace","group_id","number")
);
--> statement-breakpoint
CREATE TABLE "hub"."deployment_groups" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"place_key" text NOT NULL,
	"place" jsonb NOT NULL,
	"closed_at" timestamp with time zone,
	"shown_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "deployment_groups_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE TABLE "hub"."subscription_once" (
	"workspace" text NOT NULL,
	"place_key" text NOT NULL,
	"once_key" text NOT NULL,
	"number" integer NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "subscription_once_workspace_place_key_once_key_pk" PRIMARY KEY("workspace","place_key","once_key")
);
--> statement-breakpoint
ALTER TABLE "hub"."subscriptions" ADD COLUMN "once" jsonb;--> statement-breakpoint
ALTER TABLE "hub"."subscriptions" ADD COLUMN "group_minutes" integer;--> statement-breakpoint
ALTER TABLE "hub"."webhook_endpoints" ADD COLUMN "failure" text;--> statement-breakpoint
ALTER TABLE "hub"."webhook_endpoints" ADD COLUMN "failed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "hub"."webhook_endpoints" ADD COLUMN "place" jsonb;--> statement-breakpoint
CREATE INDEX "deployment_group_members_number" ON "hub"."deployment_group_members" USING btree ("workspace","number");--> statement-breakpoint
CREATE UNIQUE INDEX "deployment_groups_open" ON "hub"."deployment_groups" USING btree ("workspace","place_key") WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX "deployment_groups_created" ON "hub"."deployment_groups" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "subscription_once_at" ON "hub"."subscription_once" USING btree ("at");--> statement-breakpoint
CREATE INDEX "deployment_verifications_story" ON "hub"."deployment_verifications" USING btree ("workspace","story");--> statement-breakpoint
CREATE INDEX "deployments_service" ON "hub"."deployments" USING btree ("workspace","service","number");