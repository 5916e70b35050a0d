-- So that who adds a job need not be let into the queue: the owner's function writes it down.
CREATE FUNCTION add_jobs(jobs json) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM graphile_worker.add_jobs((
		SELECT array_agg((task, payload, null, null, "maxAttempts", key, null, null)::graphile_worker.job_spec)
		FROM json_to_recordset(jobs) AS job (task text, payload json, key text, "maxAttempts" smallint)));
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION add_jobs(json) FROM PUBLIC;
