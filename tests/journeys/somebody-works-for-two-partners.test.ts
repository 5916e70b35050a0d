import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { anOpenCampaign } from '../builders.ts'
import { aPartner, registered } from '../coalitions/coalition.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const server = estamos({ isUp: true })
const people = browsers({ expected: /40[014]/ })

test.each([360, 1280])(
  'somebody of two partners looks at each, and works for the one she chose (%d px)',
  async (width) => {
    const slug = await anOpenCampaign(server)
    const [one, other] = [`baji-${slug}`, `ydsa-${slug}`]
    const her = await aPartner(server, slug, { organization: one })
    await aPartner(server, slug, { organization: other })
    await server.deps.db.execute(sql`
    insert into memberships (organization_id, organizer_id, role, since, owner_since)
    select id, ${her.id}, 'owner', now(), now() from organizations where slug = ${other}`)
    await registered(server, her, slug, 'baji-site')
    const context = await signedIn(await people.another({ viewport: { width, height: 740 } }), server, her)
    const page = await context.newPage()

    await page.goto(`${server.config.publicUrl}/console/campaigns/${slug}/coalition`)
    await page.getByText(`${one} carries this campaign`).waitFor()
    await expectAccessible(page)
    await page.getByLabel('for').selectOption(other)
    await page.getByText(`${other} carries this campaign`).waitFor()
    await page.getByRole('link', { name: 'Embeds', exact: true }).click()
    await page.getByText('No source is registered yet.').waitFor()
    await page.getByLabel('for').selectOption(one)
    await page.getByRole('row', { name: /baji-site/ }).waitFor()
    await page.reload()
    await page.getByRole('row', { name: /baji-site/ }).waitFor()
    await page.goto(`${server.config.publicUrl}/console/`)
    await page.locator('section', { hasText: other }).getByRole('link', { name: 'No tech for cages' }).click()
    await page.getByRole('link', { name: 'Coalition', exact: true }).click()
    await page.getByText(`${other} carries this campaign`).waitFor()
    await page.getByRole('button', { name: 'Leave the coalition' }).click()
    await page.getByRole('button', { name: 'Leave', exact: true }).click()
    await page.getByRole('heading', { name: 'Your drives' }).waitFor()
    await page.getByRole('link', { name: 'No tech for cages' }).click()
    await page.getByRole('link', { name: 'Coalition', exact: true }).click()
    await page.getByText(`${one} carries this campaign`).waitFor()

    expect(await page.getByLabel('for').count()).toBe(0)
  },
)
