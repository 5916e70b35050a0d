-- Unlogged: what counts callers stands in no write-ahead log, so in no replica and no archive.
CREATE UNLOGGED TABLE "request_counts" (
	"name" text NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"times" integer NOT NULL,
	CONSTRAINT "request_counts_pkey" PRIMARY KEY("name","ends_at"),
	CONSTRAINT "request_counts_times_check" CHECK ("request_counts"."times" > 0)
);
