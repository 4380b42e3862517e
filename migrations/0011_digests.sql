CREATE TABLE "hub"."digest_subscriptions" (
	"workspace" text NOT NULL,
	"id" uuid NOT NULL,
	"recipient" text NOT NULL,
	"address" text,
	"label" text NOT NULL,
	"place" jsonb NOT NULL,
	"cadence" text NOT NULL,
	"weekday" integer NOT NULL,
	"at_minute" integer NOT NULL,
	"zone" text NOT NULL,
	"quiet" text NOT NULL,
	"state" text NOT NULL,
	"stopped" text,
	"owner" text NOT NULL,
	"owner_name" text NOT NULL,
	"covered_until" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "digest_subscriptions_workspace_id_pk" PRIMARY KEY("workspace","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "digest_subscriptions_recipient" ON "hub"."digest_subscriptions" USING btree ("workspace","recipient");--> statement-breakpoint
CREATE INDEX "digest_subscriptions_owner" ON "hub"."digest_subscriptions" USING btree ("workspace","owner");--> statement-breakpoint
CREATE INDEX "digest_subscriptions_due" ON "hub"."digest_subscriptions" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "digest_subscriptions_address" ON "hub"."digest_subscriptions" USING btree ("address") WHERE address is not null;