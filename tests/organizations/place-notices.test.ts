import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { type AnOrganizer, anOpenCampaign, anOrganizer } from '../builders.ts'
import { aPartner } from '../coalitions/coalition.ts'
import { estamos } from '../estamos.ts'
import { aPasskeyHolder, lettersTo, TestBrowser } from '../organizers/browser.ts'

const server = estamos()

const aSlug = () => `org-${randomBytes(5).toString('hex')}`
const anAddress = () => `somebody-${randomBytes(5).toString('hex')}@example.org`

/** Two owners, an editor and a viewer. */
async function anOrganization() {
  const slug = aSlug()
  const [ada, bea, editor, viewer] = await Promise.all(
    (['owner', 'owner', 'editor', 'viewer'] as const).map((role) =>
      anOrganizer(server, { organization: slug, role }),
    ),
  )
  if (!ada || !bea || !editor || !viewer) throw new Error('no organizers')
  return { slug, at: `organizations/${slug}`, ada, bea, editor, viewer }
}

const ABOUT_PLACES = /^(Your place|The owners of|A partnership of)/

/** The sentence that says what has changed, of each such email, the oldest first. */
async function toldTo({ email }: Pick<AnOrganizer, 'email'>): Promise<string[]> {
  const letters = (await lettersTo(server, email)).filter(({ subject }) => ABOUT_PLACES.test(subject))
  return letters.toReversed().map(({ text }) => text.replaceAll(/\s+/g, ' '))
}

async function tokenIn(email: string, page: string): Promise<string> {
  const [letter] = await lettersTo(server, email)
  return new RegExp(`/console/${page}#([\\w-]+)`).exec(letter?.text ?? '')?.[1] ?? ''
}

test('a person whose role changes is told which it is now, and nobody else is', async () => {
  const { slug, at, ada, bea, editor, viewer } = await anOrganization()

  await ada.call('PATCH', `${at}/members/${editor.id}`, { role: 'viewer' })
  await ada.call('PATCH', `${at}/members/${editor.id}`, { role: 'viewer' })

  expect(await toldTo(editor)).toEqual([expect.stringContaining(`Your role in “${slug}” is now viewer`)])
  for (const other of [ada, bea, viewer]) expect(await toldTo(other)).toEqual([])
})

test('all owners are told of a new owner, and the new owner of the role', async () => {
  const { slug, at, ada, bea, editor, viewer } = await anOrganization()

  await ada.call('PATCH', `${at}/members/${editor.id}`, { role: 'owner' })

  for (const owner of [ada, bea])
    expect(await toldTo(owner)).toEqual([
      expect.stringContaining(`${editor.email} is now an owner of “${slug}”`),
    ])
  expect(await toldTo(editor)).toEqual([expect.stringContaining('is now owner')])
  expect(await toldTo(viewer)).toEqual([])
})

test('an owner whose role another owner takes is told, and so are all owners', async () => {
  const { slug, at, ada, bea, viewer } = await anOrganization()

  await ada.call('PATCH', `${at}/members/${bea.id}`, { role: 'viewer' })

  expect(await toldTo(bea)).toEqual([expect.stringContaining(`Your role in “${slug}” is now viewer`)])
  expect(await toldTo(ada)).toEqual([
    expect.stringContaining(`${bea.email} is no longer an owner of “${slug}”`),
  ])
  expect(await toldTo(viewer)).toEqual([])
})

test('a hand-over tells both people, and the other owners of both changes', async () => {
  const { at, ada, bea, editor } = await anOrganization()

  await ada.call('POST', `${at}/hand-over`, { to: editor.id })

  expect((await toldTo(ada)).join()).toMatch(/is now editor.*is now an owner|is now an owner.*is now editor/)
  expect((await toldTo(editor)).join()).toContain('is now owner')
  expect((await toldTo(bea)).join()).toMatch(/is now an owner|is no longer an owner/)
  expect(await toldTo(bea)).toHaveLength(2)
})

test.each(['removed', 'left'] as const)(
  'a person who was %s is told, though no longer a member',
  async (how) => {
    const { slug, at, ada, editor } = await anOrganization()

    if (how === 'removed') await ada.call('DELETE', `${at}/members/${editor.id}`)
    else await editor.call('DELETE', `${at}/membership`)

    expect(await toldTo(editor)).toEqual([
      expect.stringContaining(how === 'removed' ? `An owner of “${slug}” removed you` : `You left “${slug}”`),
    ])
    expect(await toldTo(ada)).toEqual([])
  },
)

test('a refused change tells nobody', async () => {
  const slug = aSlug()
  const owner = await anOrganizer(server, { organization: slug })

  await owner.call('DELETE', `organizations/${slug}/membership`)

  expect(await toldTo(owner)).toEqual([])
})

test('all owners are told of an owner who accepts an invitation', async () => {
  const { at, ada, bea, viewer } = await anOrganization()
  const email = anAddress()
  await ada.call('POST', `${at}/invitations`, { email, role: 'owner' })
  const token = await tokenIn(email, 'invitation')

  await new TestBrowser(server).call('POST', 'invitation-acceptances', { token })

  for (const owner of [ada, bea])
    expect(await toldTo(owner)).toEqual([expect.stringContaining(`${email} is now an owner`)])
  expect(await toldTo(viewer)).toEqual([])
})

test('the email is in the language that its reader reads', async () => {
  const { slug, at, ada } = await anOrganization()
  const holder = await aPasskeyHolder(server, { organization: slug, role: 'editor' })
  await new TestBrowser(server, { 'accept-language': 'es' }).signInByPasskey(holder.passkey)

  await ada.call('PATCH', `${at}/members/${holder.id}`, { role: 'viewer' })

  const [letter] = await lettersTo(server, holder.email)
  expect(letter?.subject).toBe('Cambió tu lugar en una organización')
  expect(letter?.text.replaceAll(/\s+/g, ' ')).toContain(`Tu papel en «${slug}» ahora es de lectura`)
})

/** A campaign of an organization with two owners and an editor. */
async function aDrive() {
  const host = await anOrganization()
  const campaign = await anOpenCampaign(server, { organization: { slug: host.slug, name: host.slug } })
  return { host, campaign }
}

test('the owners of a host are told of an organization that becomes a partner', async () => {
  const { host, campaign } = await aDrive()
  const email = anAddress()
  await host.ada.call('POST', `campaigns/${campaign}/partner-invitations`, {
    organizationName: 'BAJI',
    email,
  })
  const token = await tokenIn(email, 'partner-invitation')

  await new TestBrowser(server).call('POST', 'partner-invitation-acceptances', { token })

  for (const owner of [host.ada, host.bea])
    expect(await toldTo(owner)).toEqual([expect.stringContaining('“BAJI” is now a partner of')])
  for (const other of [host.editor, host.viewer]) expect(await toldTo(other)).toEqual([])
})

test.each(['leaves', 'is removed'] as const)(
  'the owners on both sides are told when a partner %s',
  async (how) => {
    const { host, campaign } = await aDrive()
    const organization = aSlug()
    const partner = await aPartner(server, campaign, { organization })
    const second = await anOrganizer(server, { organization })
    const viewer = await anOrganizer(server, { organization, role: 'viewer' })

    const answer =
      how === 'leaves'
        ? await partner.call('DELETE', `campaigns/${campaign}/partnership`)
        : await host.ada.call('DELETE', `campaigns/${campaign}/partners/${organization}`)

    expect(answer.statusCode).toBeLessThan(300)
    const [toHost, toPartner] =
      how === 'leaves'
        ? [`“${organization}” has left`, 'Your organization has left']
        : [`removed “${organization}” from`, `“${host.slug}” has ended its partnership`]
    for (const owner of [host.ada, host.bea])
      expect(await toldTo(owner)).toEqual([expect.stringContaining(toHost)])
    for (const owner of [partner, second])
      expect(await toldTo(owner)).toEqual([expect.stringContaining(toPartner)])
    for (const other of [host.editor, viewer]) expect(await toldTo(other)).toEqual([])
  },
)
