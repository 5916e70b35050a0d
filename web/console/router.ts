import { createRouter } from 'sv-router'
import Frame from './Frame.svelte'
import NotFound from './NotFound.svelte'

/** Every page of the console, under /console; each is loaded when it is opened. */
export const { p, navigate, isActive, route } = createRouter({
  layout: Frame,
  '/': () => import('./home/HomePage.svelte'),
  '/invitation': () => import('./invitation/InvitationPage.svelte'),
  '/organizations/:organization': () => import('./organizations/OrganizationPage.svelte'),
  '/organizations/:organization/audit': () => import('./audit/AuditPage.svelte'),
  '/campaigns/:campaign': () => import('./dashboard/DashboardPage.svelte'),
  '/campaigns/:campaign/coalition': () => import('./coalition/CoalitionPage.svelte'),
  '/partner-invitation': () => import('./partner-invitation/PartnerInvitationPage.svelte'),
  '/campaigns/:campaign/embeds': () => import('./embeds/EmbedsPage.svelte'),
  '/sign-in': () => import('./sign-in/SignInPage.svelte'),
  '/first-passkey': () => import('./first-passkey/FirstPasskeyPage.svelte'),
  '/account': () => import('./account/AccountPage.svelte'),
  '/campaigns/:campaign/edit': () => import('./campaigns/EditCampaignPage.svelte'),
  '/organizations/:organization/new-campaign': () => import('./campaigns/NewCampaignPage.svelte'),
  '/campaigns/:campaign/pledges': () => import('./pledges/PledgesPage.svelte'),
  '/campaigns/:campaign/audit': () => import('./audit/AuditPage.svelte'),
  '/campaigns/:campaign/import': () => import('./imports/ImportPage.svelte'),
  '/campaigns/:campaign/switches': () => import('./switches/SwitchesPage.svelte'),
  '/organizations/:organization/switches': () => import('./switches/SwitchesPage.svelte'),
  '/campaigns/:campaign/contacts': () => import('./contacts/ContactsPage.svelte'),
  '/campaigns/:campaign/exports': () => import('./exports/ExportsPage.svelte'),
  '/campaigns/:campaign/updates': () => import('./updates/UpdatesPage.svelte'),
  '/campaigns/:campaign/updates/:update': () => import('./updates/UpdatePage.svelte'),
  '*': NotFound,
})
