/** What a chapter pastes, from what an organizer picked. */

export interface Embed {
  publicUrl: string
  slug: string
  /** Of the campaign, in the locale of the embed: read out to those who cannot see the frame. */
  title: string
  view: 'pledge' | 'leaderboard' | 'counter'
  /** A domain, or nothing for the whole campaign; likewise below. */
  campus: string
  locale: string
  theme: 'auto' | 'light' | 'dark'
  source: string
  /** One version of the widget, which a browser runs only if it is byte for byte what it was. */
  script: { url: string; integrity: string }
  /** Whatever the server has at the time, instead. */
  updatesItself: boolean
}

/** Until `widget.js` fits it, a frame is this high. */
const HEIGHTS = { pledge: 720, leaderboard: 640, counter: 180 }

export function embedUrl(embed: Embed): string {
  return `${embed.publicUrl}${embedPath(embed)}`
}

export function embedPath(embed: Embed): string {
  return `/embed/${pathOf(embed)}${queryOf(shownBy(embed))}`
}

/** The page for people, which needs no frame. */
export function pageUrl(embed: Embed): string {
  return `${embed.publicUrl}/c/${pathOf(embed)}${queryOf({ source: embed.source, locale: embed.locale })}`
}

/** To be typed from a poster. */
export function shortUrl(embed: Embed): string {
  return `${embed.publicUrl}/c/${pathOf(embed)}`.replace(/^https?:\/\//, '')
}

export function frameSnippet(embed: Embed): string {
  const size = `loading="lazy" width="100%" height="${HEIGHTS[embed.view]}" frameborder="0"`
  return `<iframe class="estamos" src="${escaped(embedUrl(embed))}" title="${escaped(embed.title)}" ${size}></iframe>`
}

export function scriptedSnippet(embed: Embed): string {
  return `${frameSnippet(embed)}\n${scriptTag(embed)}`
}

export function elementSnippet(embed: Embed): string {
  const attributes = { campaign: embed.slug, campus: embed.campus, ...shownBy(embed), title: embed.title }
  const written = Object.entries(attributes)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
  return `<estamos-pledge ${written.join(' ')}></estamos-pledge>\n${scriptTag(embed)}`
}

function scriptTag({ publicUrl, script, updatesItself }: Embed): string {
  if (updatesItself) return `<script async src="${escaped(publicUrl)}/widget.js"></script>`
  const pinned = `integrity="${script.integrity}" crossorigin="anonymous"`
  return `<script async src="${escaped(script.url)}" ${pinned}></script>`
}

function pathOf({ slug, campus }: Embed): string {
  return campus ? `${slug}/${encodeURIComponent(campus)}` : slug
}

/** What is not as it is by itself. */
function shownBy({ source, view, locale, theme }: Embed) {
  return {
    source,
    view: view === 'pledge' ? '' : view,
    locale,
    theme: theme === 'auto' ? '' : theme,
  }
}

function queryOf(parameters: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value)).toString()
  return query && `?${query}`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
