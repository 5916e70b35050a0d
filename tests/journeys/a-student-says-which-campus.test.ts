import { expect, test } from 'vitest'
import { anOpenCampaign, crowd, rowOf } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'
import { expectAccessible } from './console.ts'

const server = estamos({ isUp: true, env: () => ({ CAPTCHA: 'altcha' }) })
const people = browsers({ expected: /status of 422|net::ERR_FAILED/ })

test('a student of a shared mail domain is asked which campus before anything is sent', async () => {
  const slug = await anOpenCampaign(server)
  const { page, requests } = await opened(`/embed/${slug}`)

  await page.getByLabel('Email', { exact: true }).fill('ada.lovelace@maine.edu')
  const campus = page.getByRole('combobox', { name: 'Campus' })
  await page.getByText('Several campuses share your address.').waitFor()
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByText('Choose your campus').waitFor()
  const sentBefore = requests.filter((request) => request.startsWith('POST'))
  const isFocused = await campus.evaluate((element) => element === document.activeElement)
  await expectAccessible(page)
  await campus.selectOption('University of Southern Maine')
  await page.getByLabel('Email', { exact: true }).fill('ada@maine.edu')
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByText('Now check your email').waitFor()

  expect(sentBefore).toEqual([])
  expect(isFocused).toBe(true)
  expect(requests.filter((request) => /ada|%40|@/.test(request))).toEqual([])
  expect(await rowOf(server, slug, 'ada@maine.edu')).toMatchObject({
    campus_id: server.deps.campuses.byDomain('usm.maine.edu')?.id,
    campus_proven: true,
  })
})

test('una estudiante elige su campus en español, también en una campaña de correos de campus', async () => {
  const slug = await anOpenCampaign(server, { eligibility: 'campus-email' })
  const { page } = await opened(`/c/${slug}?locale=es`)

  await page.locator('input[name=email]').fill('ada@maine.edu')
  await page.getByText('Varios campus usan tu dominio.').waitFor()
  await page.getByLabel('¿Qué campus de University of Maine?').selectOption('Ninguno de estos')
  await page.getByRole('button', { name: 'Firma el compromiso' }).click()
  await page.getByText('Ahora revisa tu correo').waitFor()

  expect(await rowOf(server, slug, 'ada@maine.edu')).toMatchObject({ campus_id: null })
})

test('a student whose campus the form could not look up is asked by the server', async () => {
  const slug = await anOpenCampaign(server)
  const { page } = await opened(`/embed/${slug}`)
  await page.route('**/address-domains/**', (route) => route.abort())

  await page.getByLabel('Email', { exact: true }).fill('bea@maine.edu')
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByText('Choose your campus').waitFor()
  await page.getByRole('combobox', { name: 'Campus' }).selectOption('University of Maine')
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByText('Now check your email').waitFor()

  expect(await rowOf(server, slug, 'bea@maine.edu')).toMatchObject({
    campus_id: server.deps.campuses.byDomain('umaine.edu')?.id,
  })
})

test.each([
  ['syr.edu', 'Syracuse University'],
  ['txstate.edu', 'Texas State University'],
  ['uncc.edu', 'University of North Carolina at Charlotte'],
])('a student with an address at %s sees that the form knows their campus', async (domain, name) => {
  const slug = await anOpenCampaign(server)
  const { page } = await opened(`/c/${slug}`)

  await page.getByLabel('Email', { exact: true }).fill(`ada@${domain}`)

  const recognized = page.getByText(`${name}, recognized from your address`)
  await recognized.waitFor()

  expect(await recognized.isVisible()).toBe(true)
})

test('an address typed into the campus field is searched by its domain alone', async () => {
  const slug = await anOpenCampaign(server)
  const { page, requests } = await opened(`/embed/${slug}`)

  await page.getByRole('combobox', { name: 'Campus' }).fill('ada@mit.edu')
  await page.getByRole('option').first().waitFor()

  expect(requests.filter((request) => request.includes('campuses?q='))).toEqual([
    expect.stringMatching(/q=mit\.edu$/),
  ])
})

test('a student finds the campuses of the drive before larger ones', async () => {
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'wayne.edu', people: 6 })
  await server.deps.leaderboards.of((await server.deps.campaigns.bySlug(slug)).id)
  const { page } = await opened(`/embed/${slug}`)

  await page.getByRole('combobox', { name: 'Campus' }).fill('state uni')
  const first = page.getByRole('option').first()
  await first.waitFor()

  expect(await first.textContent()).toContain('Wayne State University')
})

async function opened(path: string) {
  const page = await (await people.another()).newPage()
  await page.goto(`${server.config.publicUrl}${path}`)
  const requests: string[] = []
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url())
    requests.push(`${request.method()} ${pathname}${search}`)
  })
  return { page, requests }
}
