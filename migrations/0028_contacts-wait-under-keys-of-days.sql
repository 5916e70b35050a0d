CREATE TABLE "contact_keys" (
	"day" date NOT NULL,
	"key" "bytea" NOT NULL,
	CONSTRAINT "contact_keys_pkey" PRIMARY KEY("day")
);
--> statement-breakpoint
-- What ANALYZE keeps of a column for the planner outlives the row it was taken from.
ALTER TABLE "contact_keys" ALTER COLUMN "key" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "campaign_keys" ALTER COLUMN "digest_key" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "pledges" ALTER COLUMN "contact" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "pledges" ALTER COLUMN "display_name" SET STATISTICS 0;
