ALTER TABLE "pledges" DROP CONSTRAINT "pledges_campaign_fkey";
--> statement-breakpoint
ALTER TABLE "pledges" DROP CONSTRAINT "pledges_campus_fkey";
--> statement-breakpoint
CREATE FUNCTION refuse_while_pledged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'campaigns' AND EXISTS (SELECT FROM pledges WHERE campaign_id = OLD.id)
		OR TG_TABLE_NAME = 'campuses' AND EXISTS (SELECT FROM pledges WHERE campus_id = OLD.id) THEN
		RAISE EXCEPTION 'pledges name it' USING ERRCODE = 'foreign_key_violation';
	END IF;
	RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER campaigns_stay_while_pledged BEFORE DELETE ON campaigns
	FOR EACH ROW EXECUTE FUNCTION refuse_while_pledged();
--> statement-breakpoint
CREATE TRIGGER campuses_stay_while_pledged BEFORE DELETE ON campuses
	FOR EACH ROW EXECUTE FUNCTION refuse_while_pledged();
