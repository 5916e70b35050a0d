import type { App } from '../app.ts'
import { CampaignParams } from '../campaigns/contract.ts'
import type { Deps } from '../deps.ts'
import { registeredSource } from '../pledges/pledge.ts'
import { CaptchaQuery, Challenge } from './contract.ts'
import { codeGate, consoleGate, linkGate, pledgeGate } from './gates.ts'

const gates = { pledge: pledgeGate, link: linkGate, code: codeGate }

export function captchaRoutes(app: App, deps: Deps): void {
  app.get(
    '/api/v1/campaigns/:slug/captcha',
    { schema: { params: CampaignParams, querystring: CaptchaQuery, response: { 200: Challenge } } },
    async ({ params, query, ip }) => {
      const campaign = await deps.campaigns.bySlug(params.slug)
      const gate = gates[query.for ?? 'pledge'](campaign)
      return await deps.captcha.challenge(gate, { ip, source: registeredSource(campaign, query.source) })
    },
  )
}

/** For organizers who sign in. */
export function consoleCaptchaRoute(app: App, deps: Deps): void {
  app.get('/captcha', { schema: { response: { 200: Challenge } } }, async ({ ip }) =>
    deps.captcha.challenge(consoleGate, { ip }),
  )
}
