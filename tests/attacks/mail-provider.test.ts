import { afterAll, expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, confirm, keyOf, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { TestBrowser } from '../organizers/browser.ts'
import { sendgridStandIn } from '../sendgrid-stand-in.ts'
import { reached } from './reached.ts'

const standIn = await sendgridStandIn()
const { apiKey: SENDGRID_API_KEY, baseUrl: SENDGRID_BASE_URL } = standIn
const server = estamos({ env: () => ({ SENDGRID_API_KEY, SENDGRID_BASE_URL }) })
afterAll(() => standIn.close())

test('A23: beside address and letter, the mail provider is told nothing of a drive, a campus or who is meant', async () => {
  const slug = await anOpenCampaign(server)
  const host = await anOrganizer(server)
  const email = 'ada@gatech.edu'
  await sign(server, slug, { email, name: 'Wilhelmina', display: true, updates: true, source: 'poster' })
  await server.work()
  await confirm(server, slug, email)
  await server.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-links',
    payload: { campaign: slug, email },
  })
  await chapterRequest(slug, 'bo@mail.example')
  await new TestBrowser(server).call('POST', 'sign-in-links', { email: host.email })
  const asked = { email: 'cleo@mail.example' }
  await host.call('POST', 'organizations/mijente/invitations', { ...asked, role: 'editor' })
  await host.call('POST', `campaigns/${slug}/partner-invitations`, { ...asked, organizationName: 'BAJI' })
  await server.work()

  const { emailDigest, addressDigest } = await keyOf(server, slug, email)
  const beside = standIn.accepted.map(withoutLetter)
  const told = [
    slug,
    'No tech for cages',
    'Georgia',
    'Mijente',
    'BAJI',
    'poster',
    'Wilhelmina',
    ...[emailDigest, addressDigest].flatMap((one) => [
      one.toString('hex'),
      one.toString('base64'),
      one.toString('base64url'),
    ]),
  ].filter((secret) => beside.some((body) => body.toLowerCase().includes(secret.toLowerCase())))
  const fields = new Set(standIn.accepted.flatMap((body) => Object.keys(body)))

  expect(standIn.accepted.length).toBeGreaterThanOrEqual(5)
  expect(told).toEqual([])
  expect([...fields].sort()).toEqual(['content', 'from', 'personalizations', 'subject', 'tracking_settings'])
  reached(
    'A23',
    `${standIn.accepted.length} calls with ${standIn.counts.letters} letters: beside address and letter, no word of drive, campus or signer`,
  )
})

/** What makes the letter itself: its words, a reader's own values in them, and to whom it goes. */
const LETTER = ['content', 'substitutions', 'to']

function withoutLetter(body: object): string {
  return JSON.stringify(body, (name, value: unknown) => (LETTER.includes(name) ? undefined : value))
}

async function chapterRequest(slug: string, email: string): Promise<void> {
  await server.app.inject({
    method: 'POST',
    url: `/c/${slug}/gatech.edu/chapter-requests`,
    payload: new URLSearchParams({ email, name: 'Bo', about: '' }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
}
