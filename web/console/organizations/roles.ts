import type { Role } from './organization.svelte.ts'

export const roles: Role[] = ['owner', 'editor', 'viewer']

/** What a role may do, after "can". */
export const mayDo: Record<Role, string> = {
  owner: 'decide who is a member, and do all that editors do',
  editor: 'run campaigns: word, open, close, weed, import, export',
  viewer: 'see everything, and change nothing',
}
