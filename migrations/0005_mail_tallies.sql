CREATE TABLE "mail_tallies" (
	"campaign_id" integer NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"sent" integer DEFAULT 0 NOT NULL,
	"bounced" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "mail_tallies_pkey" PRIMARY KEY("campaign_id","hour"),
	CONSTRAINT "mail_tallies_sent_check" CHECK ("mail_tallies"."sent" >= 0 and "mail_tallies"."bounced" >= 0)
);
--> statement-breakpoint
ALTER TABLE "mail_tallies" ADD CONSTRAINT "mail_tallies_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;