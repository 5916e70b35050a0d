CREATE TABLE "campaign_campuses" (
	"campaign_id" integer NOT NULL,
	"campus_id" integer NOT NULL,
	"goal" integer,
	"chapter_name" text,
	"next_steps" jsonb DEFAULT '[]'::jsonb NOT NULL,
	CONSTRAINT "campaign_campuses_pkey" PRIMARY KEY("campaign_id","campus_id"),
	CONSTRAINT "campaign_campuses_goal_check" CHECK ("campaign_campuses"."goal" > 0)
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "campaigns_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"organization_id" integer NOT NULL,
	"slug" text NOT NULL,
	"state" text NOT NULL,
	"opens_at" timestamp with time zone,
	"closes_at" timestamp with time zone,
	"goal" integer,
	"eligibility" text DEFAULT 'anyone' NOT NULL,
	"smallest_shown" integer DEFAULT 5 NOT NULL,
	"names_shown_after" integer DEFAULT 50 NOT NULL,
	"contact_mode" text DEFAULT 'count-only' NOT NULL,
	"digest_key" "bytea" NOT NULL,
	"theme" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"is_demo" boolean DEFAULT false NOT NULL,
	CONSTRAINT "campaigns_pkey" PRIMARY KEY("id"),
	CONSTRAINT "campaigns_slug_key" UNIQUE("slug"),
	CONSTRAINT "campaigns_state_check" CHECK ("campaigns"."state" in ('draft', 'open', 'closed')),
	CONSTRAINT "campaigns_eligibility_check" CHECK ("campaigns"."eligibility" in ('anyone', 'campus-email')),
	CONSTRAINT "campaigns_contact_mode_check" CHECK ("campaigns"."contact_mode" in ('count-only', 'contactable')),
	CONSTRAINT "campaigns_smallest_shown_check" CHECK ("campaigns"."smallest_shown" >= 2),
	CONSTRAINT "campaigns_names_shown_after_check" CHECK ("campaigns"."names_shown_after" >= "campaigns"."smallest_shown"),
	CONSTRAINT "campaigns_goal_check" CHECK ("campaigns"."goal" > 0),
	CONSTRAINT "campaigns_dates_check" CHECK ("campaigns"."closes_at" > "campaigns"."opens_at")
);
--> statement-breakpoint
CREATE TABLE "campus_directory" (
	"id" integer NOT NULL,
	"content_hash" text NOT NULL,
	"loaded_at" timestamp with time zone NOT NULL,
	CONSTRAINT "campus_directory_pkey" PRIMARY KEY("id"),
	CONSTRAINT "campus_directory_one_check" CHECK ("campus_directory"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "campus_domains" (
	"domain" text NOT NULL,
	"campus_id" integer NOT NULL,
	CONSTRAINT "campus_domains_pkey" PRIMARY KEY("domain")
);
--> statement-breakpoint
CREATE TABLE "campuses" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "campuses_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"domain" text NOT NULL,
	"name" text NOT NULL,
	"short_name" text,
	"aliases" text[] DEFAULT '{}' NOT NULL,
	"city" text,
	"region" text,
	"country" text,
	"lat" double precision,
	"lon" double precision,
	"students" integer,
	"search" text NOT NULL,
	CONSTRAINT "campuses_pkey" PRIMARY KEY("id"),
	CONSTRAINT "campuses_domain_key" UNIQUE("domain")
);
--> statement-breakpoint
CREATE TABLE "code_failures" (
	"campaign_id" integer NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"failures" integer NOT NULL,
	CONSTRAINT "code_failures_pkey" PRIMARY KEY("campaign_id","hour")
);
--> statement-breakpoint
CREATE TABLE "code_tries" (
	"campaign_id" integer NOT NULL,
	"email_digest" "bytea" NOT NULL,
	"address_digest" "bytea" NOT NULL,
	"since_mail" smallint NOT NULL,
	"in_all" smallint NOT NULL,
	"tried_at" timestamp with time zone NOT NULL,
	CONSTRAINT "code_tries_pkey" PRIMARY KEY("campaign_id","email_digest","address_digest")
);
--> statement-breakpoint
CREATE TABLE "leaderboards" (
	"campaign_id" integer NOT NULL,
	"version" bigint NOT NULL,
	"frame" jsonb NOT NULL,
	"published_at" timestamp with time zone NOT NULL,
	CONSTRAINT "leaderboards_pkey" PRIMARY KEY("campaign_id")
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "organizations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"url" text,
	CONSTRAINT "organizations_pkey" PRIMARY KEY("id"),
	CONSTRAINT "organizations_slug_key" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "pledge_texts" (
	"campaign_id" integer NOT NULL,
	"locale" text NOT NULL,
	"version" integer NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"reason" text NOT NULL,
	"text_hash" "bytea" NOT NULL,
	CONSTRAINT "pledge_texts_pkey" PRIMARY KEY("campaign_id","locale","version")
);
--> statement-breakpoint
CREATE TABLE "pledges" (
	"campaign_id" integer NOT NULL,
	"email_digest" "bytea" NOT NULL,
	"address_digest" "bytea" NOT NULL,
	"domain_digest" "bytea" NOT NULL,
	"state" text NOT NULL,
	"campus_id" integer,
	"campus_proven" boolean NOT NULL,
	"contact" "bytea",
	"lists_name" boolean NOT NULL,
	"wants_updates" boolean NOT NULL,
	"display_name" text,
	"affiliation" text,
	"text_version" integer NOT NULL,
	"locale" text NOT NULL,
	"source" text,
	"choices_hash" "bytea" NOT NULL,
	"code_nonce" "bytea" NOT NULL,
	"signed_at" timestamp with time zone NOT NULL,
	"confirmed_at" timestamp with time zone,
	"withdrawn_at" timestamp with time zone,
	CONSTRAINT "pledges_pkey" PRIMARY KEY("campaign_id","email_digest","address_digest"),
	CONSTRAINT "pledges_state_check" CHECK ("pledges"."state" in ('pending', 'confirmed', 'withdrawn', 'excluded')),
	CONSTRAINT "pledges_affiliation_check" CHECK ("pledges"."affiliation" in ('student', 'alum', 'staff', 'other')),
	CONSTRAINT "pledges_confirmed_at_check" CHECK ("pledges"."state" <> 'confirmed' or "pledges"."confirmed_at" is not null),
	CONSTRAINT "pledges_forgotten_check" CHECK ("pledges"."state" <> 'withdrawn' or "pledges"."contact" is null)
);
--> statement-breakpoint
CREATE TABLE "tallies" (
	"campaign_id" integer NOT NULL,
	"campus_id" integer NOT NULL,
	"confirmed" integer NOT NULL,
	CONSTRAINT "tallies_pkey" PRIMARY KEY("campaign_id","campus_id"),
	CONSTRAINT "tallies_confirmed_check" CHECK ("tallies"."confirmed" >= 0)
);
--> statement-breakpoint
CREATE TABLE "tally_hours" (
	"campaign_id" integer NOT NULL,
	"campus_id" integer NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"confirmed" integer NOT NULL,
	"created" integer NOT NULL,
	CONSTRAINT "tally_hours_pkey" PRIMARY KEY("campaign_id","campus_id","hour")
);
--> statement-breakpoint
ALTER TABLE "campaign_campuses" ADD CONSTRAINT "campaign_campuses_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_campuses" ADD CONSTRAINT "campaign_campuses_campus_fkey" FOREIGN KEY ("campus_id") REFERENCES "public"."campuses"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_organization_fkey" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campus_domains" ADD CONSTRAINT "campus_domains_campus_fkey" FOREIGN KEY ("campus_id") REFERENCES "public"."campuses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leaderboards" ADD CONSTRAINT "leaderboards_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pledge_texts" ADD CONSTRAINT "pledge_texts_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pledges" ADD CONSTRAINT "pledges_campaign_fkey" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pledges" ADD CONSTRAINT "pledges_campus_fkey" FOREIGN KEY ("campus_id") REFERENCES "public"."campuses"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "campus_domains_campus_index" ON "campus_domains" USING btree ("campus_id");--> statement-breakpoint
CREATE INDEX "campuses_search_index" ON "campuses" USING gin ("search" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "code_tries_tried_at_index" ON "code_tries" USING btree ("tried_at");--> statement-breakpoint
CREATE UNIQUE INDEX "pledges_one_counted_key" ON "pledges" USING btree ("campaign_id","email_digest") WHERE "pledges"."state" in ('confirmed', 'excluded');--> statement-breakpoint
CREATE INDEX "pledges_names_index" ON "pledges" USING btree ("campaign_id","campus_id","confirmed_at") WHERE "pledges"."display_name" is not null;