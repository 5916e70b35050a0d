CREATE TABLE "mail_exchanges" (
	"campaign_id" integer NOT NULL,
	"domain_digest" "bytea" NOT NULL,
	"found" text NOT NULL,
	"host_digest" "bytea",
	"is_listed" boolean NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "mail_exchanges_pkey" PRIMARY KEY("campaign_id","domain_digest"),
	CONSTRAINT "mail_exchanges_found_check" CHECK ("mail_exchanges"."found" in ('exchange', 'none', 'unknown'))
);
--> statement-breakpoint
ALTER TABLE "mail_exchanges" ADD CONSTRAINT "mail_exchanges_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "mail_exchanges_host_index" ON "mail_exchanges" USING btree ("campaign_id","host_digest");