CREATE TABLE "created_hours" (
	"campaign_id" integer NOT NULL,
	"campus_id" integer NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"created" integer NOT NULL
);
