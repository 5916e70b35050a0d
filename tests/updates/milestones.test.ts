import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { lettersIn } from '../../server/mail/mailbox.ts'
import { lookForMilestones } from '../../server/updates/milestones.ts'
import { anOpenCampaign, campaignId, crowd } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aReader, lookAtMilestones, tellOfMilestones } from './writing.ts'

const server = estamos()

async function newsTo(address: string): Promise<string[]> {
  await server.work()
  const letters = await lettersIn(server.deps.mailboxFolder)
  return letters
    .filter(({ to, subject }) => to === address && /Good news|Buenas noticias/.test(subject))
    .map(({ text }) => text)
}

let count = 0
function anAddress(): string {
  count += 1
  return `milestone-${count}@mail.example`
}

describe('a step that a campus reaches', () => {
  test('is told once to those of that campus who asked to be written to', async () => {
    const slug = await anOpenCampaign(server)
    await tellOfMilestones(server, slug)
    const tech = await aReader(server, slug, anAddress(), { campus: 'gatech.edu' })
    const mit = await aReader(server, slug, anAddress(), { campus: 'mit.edu' })
    const silent = await aReader(server, slug, anAddress(), { campus: 'gatech.edu', updates: false })
    await crowd(server, slug, { campus: 'gatech.edu', people: 47 })
    await lookAtMilestones(server, slug)
    const at49 = await newsTo(tech)
    await crowd(server, slug, { campus: 'gatech.edu', people: 3 })

    const other = await server.another()
    await lookAtMilestones(server, slug)
    await Promise.all([lookForMilestones(server.deps), lookForMilestones(other.deps)])

    expect(at49).toEqual([])
    expect(await newsTo(tech)).toHaveLength(1)
    expect((await newsTo(tech))[0]).toContain('50 have signed at Georgia')
    expect([...(await newsTo(mit)), ...(await newsTo(silent))]).toEqual([])

    await server.deps.db.execute(sql`
      update tallies set confirmed = 40 where campaign_id = ${await campaignId(server, slug)} and confirmed > 40`)
    await lookForMilestones(server.deps)
    await crowd(server, slug, { campus: 'gatech.edu', people: 12 })
    await lookAtMilestones(server, slug)
    expect(await newsTo(tech)).toHaveLength(1)
  })

  test('is nobody’s news unless an organizer wishes it, and old news are none', async () => {
    const slug = await anOpenCampaign(server)
    const tech = await aReader(server, slug, anAddress(), { campus: 'gatech.edu' })
    await crowd(server, slug, { campus: 'gatech.edu', people: 59 })
    await lookAtMilestones(server, slug)
    const off = await newsTo(tech)

    await tellOfMilestones(server, slug)
    await lookAtMilestones(server, slug)
    const on = await newsTo(tech)
    await crowd(server, slug, { campus: 'gatech.edu', people: 41 })
    await lookAtMilestones(server, slug)

    expect([off, on]).toEqual([[], []])
    expect((await newsTo(tech)).join()).toContain('100 have signed')
    expect(await newsTo(tech)).toHaveLength(1)
  })

  test('below what the public sees is never told', async () => {
    const slug = await anOpenCampaign(server, { smallestShown: 60, namesShownAfter: 60 })
    await tellOfMilestones(server, slug)
    const tech = await aReader(server, slug, anAddress(), { campus: 'gatech.edu' })
    await crowd(server, slug, { campus: 'gatech.edu', people: 54 })

    await lookForMilestones(server.deps)

    expect(await newsTo(tech)).toEqual([])
  })
})

describe('a goal', () => {
  test('of a campus is told to its own, and instead of a step that is reached with it', async () => {
    const slug = await anOpenCampaign(server)
    const id = await campaignId(server, slug)
    await server.deps.db.execute(sql`
      insert into campaign_campuses (campaign_id, campus_id, goal)
      select ${id}, id, 52 from campuses where domain = 'gatech.edu'`)
    await tellOfMilestones(server, slug)
    const tech = await aReader(server, slug, anAddress(), { campus: 'gatech.edu' })
    await crowd(server, slug, { campus: 'gatech.edu', people: 52 })

    await lookAtMilestones(server, slug)
    await lookAtMilestones(server, slug)

    const news = await newsTo(tech)
    expect(news).toHaveLength(1)
    expect(news[0]).toContain('has reached its goal')
    expect(news[0]).toContain('52')
  })

  test('of the whole campaign is told to all; set below what is reached, it is told to nobody', async () => {
    const slug = await anOpenCampaign(server, { goal: 12 })
    const low = await anOpenCampaign(server, { goal: 6 })
    const tech = await aReader(server, slug, anAddress(), { campus: 'gatech.edu' })
    const none = await aReader(server, slug, anAddress())
    const ofLow = await aReader(server, low, anAddress(), { campus: 'gatech.edu' })
    await crowd(server, low, { campus: 'gatech.edu', people: 9 })
    await lookAtMilestones(server, low)
    await tellOfMilestones(server, slug)
    await tellOfMilestones(server, low)
    await crowd(server, slug, { campus: 'gatech.edu', people: 12 })

    await lookAtMilestones(server, slug)
    await lookAtMilestones(server, low)

    expect((await newsTo(tech)).join()).toContain('We have reached our goal')
    expect(await newsTo(none)).toHaveLength(1)
    expect(await newsTo(ofLow)).toEqual([])
  })
})
