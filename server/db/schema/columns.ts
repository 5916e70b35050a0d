import { customType, integer, timestamp } from 'drizzle-orm/pg-core'

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
export const instant = (name: string) => timestamp(name, { withTimezone: true })
export const identity = () => integer('id').generatedAlwaysAsIdentity()

/** `tallies.campus_id` and `tally_hours.campus_id` of signers who have no campus. */
export const NO_CAMPUS = 0
