import type { Config } from '../config.ts'
import { LOCAL_OWNER } from '../organizations/operator.ts'
import { openHostPage } from './host-page.ts'
import { CHAPTER, DEMO_SLUG } from './world.ts'

export interface Demo {
  hostPageUrl: string
  close(): Promise<void>
}

/** A chapter's site of another origin, which embeds the demo campaign. */
export async function openDemo({ port, publicUrl }: Config): Promise<Demo> {
  return await openHostPage({ port: port + 1, estamosUrl: publicUrl, slug: DEMO_SLUG, ...CHAPTER })
}

/** @param firstOwnerUrl the link that makes the first organizer; undefined once there is one */
export function demoAddresses(
  { publicUrl, dataDir }: Config,
  { hostPageUrl }: Demo,
  firstOwnerUrl: string | undefined,
): string[] {
  return [
    '',
    'Estamos is here. This is local mode: a made-up campaign, and no mail leaves this machine unless you set a way out.',
    '',
    `  Campaign page       ${publicUrl}/c/${DEMO_SLUG}`,
    `  A chapter's site    ${hostPageUrl}`,
    `  Console             ${firstOwnerUrl ?? `${publicUrl}/console/`}`,
    firstOwnerUrl
      ? `                      This link makes you the first organizer, ${LOCAL_OWNER}. It is good once.`
      : `                      Sign in as ${LOCAL_OWNER}, or whom you invited; the links come to the mailbox.`,
    `  Mailbox             ${publicUrl}/dev/mailbox`,
    `  API                 ${publicUrl}/api/openapi.json`,
    '',
    `  Data in ${dataDir}. Ctrl-C stops everything.`,
    '',
  ]
}
