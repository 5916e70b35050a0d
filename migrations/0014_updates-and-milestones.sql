CREATE TABLE "milestone_wishes" (
	"campaign_id" integer NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"wished_by" integer NOT NULL,
	CONSTRAINT "milestone_wishes_pkey" PRIMARY KEY("campaign_id")
);
--> statement-breakpoint
CREATE TABLE "milestones" (
	"campaign_id" integer NOT NULL,
	"campus_id" integer NOT NULL,
	"step" integer NOT NULL,
	"what" text NOT NULL,
	"state" text NOT NULL,
	"reached_at" timestamp with time zone,
	"after_email" "bytea",
	"after_address" "bytea",
	"written" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "milestones_pkey" PRIMARY KEY("campaign_id","campus_id","step"),
	CONSTRAINT "milestones_what_check" CHECK ("milestones"."what" in ('step', 'campus-goal', 'campaign-goal')),
	CONSTRAINT "milestones_state_check" CHECK ("milestones"."state" in ('awaited', 'reached', 'passed', 'sending', 'sent')),
	CONSTRAINT "milestones_step_check" CHECK ("milestones"."step" > 0)
);
--> statement-breakpoint
CREATE TABLE "updates" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "updates_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"campaign_id" integer NOT NULL,
	"words" jsonb NOT NULL,
	"campuses" integer[],
	"state" text NOT NULL,
	"scheduled_at" timestamp with time zone,
	"started_at" timestamp with time zone,
	"paused_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"after_email" "bytea",
	"after_address" "bytea",
	"spread_at" timestamp with time zone,
	"found" integer DEFAULT 0 NOT NULL,
	"written" integer DEFAULT 0 NOT NULL,
	"late" integer DEFAULT 0 NOT NULL,
	"late_until" timestamp with time zone,
	"sent" integer DEFAULT 0 NOT NULL,
	"refused" integer DEFAULT 0 NOT NULL,
	"tests" smallint DEFAULT 0 NOT NULL,
	"made_by" integer NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	"changed_by" integer NOT NULL,
	"noted_at" timestamp with time zone NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "updates_pkey" PRIMARY KEY("id"),
	CONSTRAINT "updates_state_check" CHECK ("updates"."state" in ('draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled')),
	CONSTRAINT "updates_scheduled_check" CHECK ("updates"."state" <> 'scheduled' or "updates"."scheduled_at" is not null),
	CONSTRAINT "updates_started_check" CHECK ("updates"."state" not in ('sending', 'paused', 'sent') or ("updates"."started_at" is not null and "updates"."late_until" is not null))
);
--> statement-breakpoint
DROP INDEX "letters_due_index";--> statement-breakpoint
ALTER TABLE "letters" ADD COLUMN "update_id" integer;--> statement-breakpoint
ALTER TABLE "letters" ADD COLUMN "is_bulk" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "milestone_wishes" ADD CONSTRAINT "milestone_wishes_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "milestones" ADD CONSTRAINT "milestones_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "updates" ADD CONSTRAINT "updates_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "updates_campaign_index" ON "updates" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "letters_update_key" ON "letters" USING btree ("update_id","campaign_id","address_digest") WHERE update_id is not null;--> statement-breakpoint
CREATE INDEX "letters_update_index" ON "letters" USING btree ("update_id","state") WHERE update_id is not null;--> statement-breakpoint
CREATE INDEX "letters_due_index" ON "letters" USING btree ("is_bulk","due_at") WHERE state = 'queued';