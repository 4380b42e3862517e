CREATE TABLE "hub"."mail_intake" (
	"mailbox" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"fence" bigint DEFAULT 1 NOT NULL,
	"position" jsonb,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
