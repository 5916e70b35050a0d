CREATE TABLE "forgettings" (
	"campaign_id" integer NOT NULL,
	"ran_at" timestamp with time zone NOT NULL,
	"pledges" integer NOT NULL,
	"remaining" integer NOT NULL,
	"failures" text[] NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "forgettings_pkey" PRIMARY KEY("campaign_id")
);
--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "closed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "forgotten_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "forgettings" ADD CONSTRAINT "forgettings_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_forgotten_check" CHECK ("campaigns"."forgotten_at" is null or ("campaigns"."state" = 'closed' and "campaigns"."closed_at" is not null));