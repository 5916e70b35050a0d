import type { Me } from '../../server/organizers/contract.ts'

interface Item {
  path: string
  label: string
  needs: Me['organizations'][number]['role']
  /** Whether partners of the campaign have this page too. */
  partners?: true
}

/** The pages of one campaign, in the order of their use; `path` is below `/console/campaigns/{slug}`. */
export const campaignPages: Item[] = [
  { path: '', label: 'Dashboard', needs: 'viewer', partners: true },
  { path: '/edit', label: 'Campaign', needs: 'viewer' },
  { path: '/embeds', label: 'Embeds', needs: 'viewer', partners: true },
  { path: '/coalition', label: 'Coalition', needs: 'viewer', partners: true },
  { path: '/pledges', label: 'Pledges', needs: 'viewer' },
  { path: '/updates', label: 'Updates', needs: 'viewer' },
  { path: '/import', label: 'Bring in', needs: 'editor' },
  { path: '/contacts', label: 'Contacts', needs: 'viewer', partners: true },
  { path: '/exports', label: 'Exports', needs: 'viewer' },
  { path: '/switches', label: 'Switches', needs: 'viewer' },
  { path: '/audit', label: 'Audit log', needs: 'viewer' },
]
