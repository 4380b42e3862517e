CREATE TABLE "hub"."addresses" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"account_id" text NOT NULL,
	"address" text,
	"name" text NOT NULL,
	"place" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "addresses_workspace_plugin_account_id_pk" PRIMARY KEY("workspace","plugin","account_id")
);
--> statement-breakpoint
CREATE TABLE "hub"."email_links" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"account_id" text NOT NULL,
	"known_workspace" text NOT NULL,
	"known_plugin" text NOT NULL,
	"known_account_id" text NOT NULL,
	"address" text NOT NULL,
	"domain" text NOT NULL,
	"job_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "email_links_workspace_plugin_account_id_pk" PRIMARY KEY("workspace","plugin","account_id")
);
--> statement-breakpoint
CREATE TABLE "hub"."unlinked" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"account_id" text NOT NULL,
	"other_workspace" text NOT NULL,
	"other_plugin" text NOT NULL,
	"other_account_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "unlinked_workspace_plugin_account_id_other_workspace_other_plugin_other_account_id_pk" PRIMARY KEY("workspace","plugin","account_id","other_workspace","other_plugin","other_account_id")
);
--> statement-breakpoint
CREATE INDEX "addresses_address" ON "hub"."addresses" USING btree ("address");--> statement-breakpoint
CREATE INDEX "email_links_known" ON "hub"."email_links" USING btree ("known_workspace","known_plugin","known_account_id");--> statement-breakpoint
CREATE INDEX "email_links_address" ON "hub"."email_links" USING btree ("address");