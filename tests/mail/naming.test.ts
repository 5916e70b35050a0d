import { describe, expect, test } from 'vitest'
import { lettersIn, type MailboxLetter } from '../../server/mail/mailbox.ts'
import { anOpenCampaign, anOrganizer, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos({ env: () => ({ MAIL_FROM: 'Estamos <hello@pledge.example.org>' }) })

describe('the mail of a drive', () => {
  test('names it nowhere that a provider or a shoulder reads, unless its organizers chose so', async () => {
    const letters = await lettersOf(await anOpenCampaign(server))

    expect(letters.map(({ from }) => from)).toEqual(Array(3).fill('Estamos <hello@pledge.example.org>'))
    expect(subjectsOf(letters)).toEqual([
      'Confirm your signature',
      'Did you ask to lead?',
      'Your organization is invited',
    ])
  })

  test('names it in subject and sender where they did, in the reader’s language', async () => {
    const slug = await anOpenCampaign(server)
    await naming(slug, true)

    const letters = await lettersOf(slug, 'es')

    expect(letters.map(({ from }) => from)).toEqual(
      Array(3).fill('Sin tecnología para jaulas <hello@pledge.example.org>'),
    )
    expect(subjectsOf(letters)).toEqual([
      'Confirma tu firma: Sin tecnología para jaulas',
      '¿Pediste encabezar «Sin tecnología para jaulas»?',
      'Tu organización tiene una invitación: Sin tecnología para jaulas',
    ])
  })

  test('is silent again as soon as they choose so', async () => {
    const slug = await anOpenCampaign(server)
    await naming(slug, true)
    await naming(slug, false)

    const letters = await lettersOf(slug)

    expect(letters.map(({ from }) => from)).toEqual(Array(3).fill('Estamos <hello@pledge.example.org>'))
    expect(letters.some(({ subject }) => subject.includes('tech for'))).toBe(false)
  })
})

/** As an organizer sets it in the console. */
async function naming(slug: string, mailNamesCampaign: boolean) {
  const editor = await anOrganizer(server, { role: 'editor' })
  const { revision } = (await editor.call('GET', `campaigns/${slug}/settings`)).json()
  const answer = await editor.call('PATCH', `campaigns/${slug}/settings`, { revision, mailNamesCampaign })
  expect(answer.json()).toMatchObject({ mailNamesCampaign })
}

/** What a signer, somebody who would lead, and a partner get. */
async function lettersOf(slug: string, locale = 'en'): Promise<MailboxLetter[]> {
  const host = await anOrganizer(server)
  const [signer, leader, partner] = ['signs', 'leads', 'joins'].map((who) => `${who}-${slug}@example.org`)
  await sign(server, slug, { email: signer, locale })
  await server.app.inject({
    method: 'POST',
    url: `/c/${slug}/gatech.edu/chapter-requests?locale=${locale}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ email: leader!, name: 'Bo', about: '' }).toString(),
  })
  const invitation = { email: partner, organizationName: 'YDSA', locale }
  await host.call('POST', `campaigns/${slug}/partner-invitations`, invitation)
  await server.work()
  const letters = await lettersIn(server.deps.mailboxFolder)
  return [signer, leader, partner].flatMap((who) => letters.filter(({ to }) => to === who))
}

function subjectsOf(letters: MailboxLetter[]): string[] {
  return letters.map(({ subject }) => subject)
}
