CREATE TABLE "hub"."sharings" (
	"workspace" text NOT NULL,
	"subject" text NOT NULL,
	"audience" text NOT NULL,
	"agreed_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sharings_workspace_subject_audience_pk" PRIMARY KEY("workspace","subject","audience")
);
