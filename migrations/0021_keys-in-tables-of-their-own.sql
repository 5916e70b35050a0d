CREATE TABLE "campaign_keys" (
	"campaign_id" integer NOT NULL,
	"digest_key" "bytea" NOT NULL,
	CONSTRAINT "campaign_keys_pkey" PRIMARY KEY("campaign_id")
);
--> statement-breakpoint
CREATE TABLE "deployment_keys" (
	"name" text NOT NULL,
	"key" "bytea" NOT NULL,
	"rotated_at" timestamp with time zone,
	CONSTRAINT "deployment_keys_pkey" PRIMARY KEY("name"),
	CONSTRAINT "deployment_keys_name_check" CHECK ("deployment_keys"."name" = 'deployment')
);
--> statement-breakpoint
ALTER TABLE "campaign_keys" ADD CONSTRAINT "campaign_keys_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
INSERT INTO "campaign_keys" ("campaign_id", "digest_key") SELECT "id", "digest_key" FROM "campaigns";--> statement-breakpoint
ALTER TABLE "campaigns" DROP COLUMN "digest_key";