ALTER TABLE "campaigns" ADD COLUMN "locales" text[] DEFAULT '{}' NOT NULL;
--> statement-breakpoint
UPDATE "campaigns" SET "locales" = (SELECT array_agg(DISTINCT "locale" ORDER BY "locale") FROM "pledge_texts" WHERE "campaign_id" = "campaigns"."id")
	WHERE EXISTS (SELECT FROM "pledge_texts" WHERE "campaign_id" = "campaigns"."id");
