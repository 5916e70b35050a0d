import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { anOpenCampaign, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('a campaign and a campus that pledges name cannot be deleted; others can', async () => {
  const [signed, unsigned] = [await anOpenCampaign(server), await anOpenCampaign(server)]
  await sign(server, signed, { email: 'ada@gatech.edu' })
  const { db } = server.deps

  await expect(db.execute(sql`delete from campaigns where slug = ${signed}`)).rejects.toMatchObject(refused)
  await expect(db.execute(sql`delete from campuses where domain = 'gatech.edu'`)).rejects.toMatchObject(
    refused,
  )
  const gone = await db.execute(sql`delete from campaigns where slug = ${unsigned}`)

  expect(gone.rowCount).toBe(1)
})

const refused = { cause: { code: '23503' } }
