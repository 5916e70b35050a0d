import { expect, test } from 'vitest'
import { anOpenedDraft, pledgeInEnglish } from '../campaigns/drafts.ts'
import { rowOf } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const people = browsers()

test.each(['/c', '/embed'])(
  'a pledge that is worded anew while a student reads it on %s is signed as she read it',
  async (base) => {
    const { slug, change } = await anOpenedDraft(server)
    const page = await (await people.another()).newPage()
    await page.goto(`${server.config.publicUrl}${base}/${slug}`, { waitUntil: 'networkidle' })

    await change('PUT', 'texts', { texts: [{ ...pledgeInEnglish, body: 'Something else.' }] })
    await expect
      .poll(async () => (await server.deps.campaigns.bySlug(slug)).texts[0]?.body)
      .toBe('Something else.')
    await page.getByLabel('Email', { exact: true }).fill('ada@example.edu')
    await page.getByRole('button', { name: 'Sign the pledge' }).click()
    await page.getByText('Now check your email').waitFor()
    const message = await inbox.next('ada@example.edu')

    expect(await page.getByText(pledgeInEnglish.body).isVisible()).toBe(true)
    expect(message.text).toContain(pledgeInEnglish.body)
    expect(message.text).not.toContain('Something else.')
    expect(await rowOf(server, slug)).toMatchObject({ text_version: 1, locale: 'en' })
  },
)
