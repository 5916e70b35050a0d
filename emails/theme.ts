/** The looks of all emails. Contrast of text on its ground is at least 4.5:1, in light and in dark. */
const ink = '#1f2933'
const accent = '#0b5d5e'
const tint = '#eef5f4'
const font = `-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif`
/** All of it again: in some Outlooks a cell inherits nothing. */
const cell = `background:${tint};color:${ink};font-family:${font};word-break:break-word`

export const theme = {
  ink,
  accent,
  quiet: '#52606d',
  page: '#f3f1ec',
  card: '#ffffff',
  font,
  link: `color:${accent}`,
  quote: `${cell};border-left:4px solid ${accent};padding:12px 16px;border-radius:4px;font-size:16px;line-height:1.5`,
  code: `${cell};border-radius:8px;padding:10px 20px;font-size:28px;line-height:1.2;font-weight:700;letter-spacing:2px;white-space:nowrap`,
  button: `background-color="${accent}" color="#ffffff" css-class="button" border-radius="8px" font-size="18px" font-weight="700" line-height="1.3" inner-padding="14px 26px" padding="14px 28px" width="100%"`,
}

const IN_THE_DARK = '@media (prefers-color-scheme: dark)'
const BOTH_SCHEMES = 'color-scheme: light dark'

/**
 * Mail clients that keep to a dark scheme get one of ours instead of their own guess.
 * The styles of an email are inline, so only `!important` can win over them.
 */
export const darkStyles = `
  :root { ${BOTH_SCHEMES}; supported-color-schemes: light dark; }
  ${IN_THE_DARK} {
    body, .page, .page > div { background: #14191f !important; background-color: #14191f !important; }
    .card, .card > table { background: #1f262e !important; background-color: #1f262e !important; }
    .card div, .card h1 { color: #e8ecf0 !important; }
    .mark div, .link { color: #7fd1cd !important; }
    .quiet div { color: #aab4be !important; }
    .quote, .code { background: #26313a !important; border-color: #7fd1cd !important; color: #e8ecf0 !important; }
    .button td { background: #7fd1cd !important; }
    .button a, .button p { background: #7fd1cd !important; color: #0e2526 !important; }
  }
`

export type Scheme = 'light' | 'dark'

/** As a mail client of that scheme shows it, whatever the scheme of the browser it is looked at in: the same rules. */
export function inScheme(html: string, scheme: Scheme): string {
  return html
    .replace(IN_THE_DARK, scheme === 'dark' ? '@media all' : '@media not all')
    .replace(BOTH_SCHEMES, `color-scheme: ${scheme}`)
}
