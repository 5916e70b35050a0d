ALTER TABLE "campus_domains" ADD COLUMN "system" text;--> statement-breakpoint
CREATE UNIQUE INDEX "campus_domains_one_campus_key" ON "campus_domains" USING btree ("domain") WHERE "campus_domains"."system" is null;--> statement-breakpoint
ALTER TABLE "campus_domains" DROP CONSTRAINT "campus_domains_pkey";
--> statement-breakpoint
ALTER TABLE "campus_domains" ADD CONSTRAINT "campus_domains_pkey" PRIMARY KEY("domain","campus_id");