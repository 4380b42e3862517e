CREATE TABLE "hub"."bindings" (
	"workspace" text NOT NULL,
	"project" text NOT NULL,
	"kind" text NOT NULL,
	"plugin" text NOT NULL,
	"target_workspace" text NOT NULL,
	"target" text NOT NULL,
	"label" text NOT NULL,
	"rules" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"bound_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bindings_workspace_kind_plugin_target_workspace_target_pk" PRIMARY KEY("workspace","kind","plugin","target_workspace","target")
);
--> statement-breakpoint
CREATE TABLE "hub"."link_codes" (
	"nonce" text PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"account_id" text NOT NULL,
	"name" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"spent_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hub"."links" (
	"workspace" text NOT NULL,
	"plugin" text NOT NULL,
	"account_id" text NOT NULL,
	"identity" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "links_workspace_plugin_account_id_pk" PRIMARY KEY("workspace","plugin","account_id")
);
--> statement-breakpoint
CREATE TABLE "hub"."project_roles" (
	"workspace" text NOT NULL,
	"project" text NOT NULL,
	"person_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_roles_workspace_project_person_id_pk" PRIMARY KEY("workspace","project","person_id")
);
--> statement-breakpoint
CREATE INDEX "bindings_target" ON "hub"."bindings" USING btree ("plugin","target_workspace","target");--> statement-breakpoint
CREATE INDEX "bindings_project" ON "hub"."bindings" USING btree ("workspace","project");--> statement-breakpoint
CREATE INDEX "link_codes_account" ON "hub"."link_codes" USING btree ("workspace","plugin","account_id");--> statement-breakpoint
CREATE INDEX "link_codes_expiry" ON "hub"."link_codes" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "links_identity" ON "hub"."links" USING btree ("identity");