CREATE TABLE "switches" (
	"name" text NOT NULL,
	"organization_id" integer,
	"campaign_id" integer,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "switches_key" UNIQUE NULLS NOT DISTINCT("name","organization_id","campaign_id"),
	CONSTRAINT "switches_name_check" CHECK ("switches"."name" in ('closed-signing', 'paused-mail', 'frozen-leaderboard', 'raised-captcha')),
	CONSTRAINT "switches_scope_check" CHECK ("switches"."organization_id" is null or "switches"."campaign_id" is null)
);
--> statement-breakpoint
ALTER TABLE "letters" DROP CONSTRAINT "letters_state_check";--> statement-breakpoint
ALTER TABLE "switches" ADD CONSTRAINT "switches_organization_fkey" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "switches" ADD CONSTRAINT "switches_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "letters_held_index" ON "letters" USING btree ("campaign_id") WHERE state = 'held';--> statement-breakpoint
ALTER TABLE "letters" ADD CONSTRAINT "letters_state_check" CHECK ("letters"."state" in ('queued', 'held', 'claimed', 'sent', 'delivered', 'bounced', 'spam-reported', 'refused'));