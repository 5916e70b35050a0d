import type { Demo } from './demo.ts'
import Fastify from 'fastify'
import { StartRefused } from '../config.ts'

interface HostPage {
  port: number
  estamosUrl: string
  slug: string
  campus: string
  source: string
}

/** A chapter's own website, on an origin of its own: what an embed looks like on a page that is not ours. */
export async function openHostPage(page: HostPage): Promise<Demo> {
  const site = Fastify()
  site.get('/', async (_, reply) => reply.type('text/html; charset=utf-8').send(html(page)))
  try {
    await site.listen({ host: '127.0.0.1', port: page.port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new StartRefused(`Port ${page.port}, for the demo host page, is taken: set PORT to another.`)
  }
  return { hostPageUrl: `http://127.0.0.1:${page.port}/`, close: () => site.close() }
}

function html({ estamosUrl, slug, campus, source }: HostPage): string {
  const embed = `${estamosUrl}/embed/${slug}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>YDSA at Georgia Tech</title>
<style>
  body { margin: 0; font: 17px/1.55 Georgia, serif; color: #222; background: #fbf7ef; }
  header { background: #b1002c; color: #fff; padding: 1.4rem max(1rem, calc(50vw - 30rem)); }
  header b { font: 800 1.5rem/1.1 system-ui, sans-serif; }
  main { max-width: 60rem; margin: 0 auto; padding: 1rem; display: grid; gap: 2rem; }
  @media (min-width: 50rem) { main { grid-template-columns: 1fr 26rem; } }
  h1 { font: 800 2rem/1.15 system-ui, sans-serif; }
  iframe.estamos { border: 0; --pledge-accent: #b1002c; }
  #heard { font: 14px/1.4 ui-monospace, monospace; color: #555; }
</style>
</head>
<body>
<header><b>YDSA at Georgia Tech</b><br>Young Democratic Socialists of America</header>
<main>
<article>
  <h1>They want our work. They can’t have it.</h1>
  <p>Recruiters come to the career fair on Thursday. So do we, two tables down, with a QR code.
  Ninety-six of us have signed by now. Sign below: it takes under a minute, and what you type goes to the pledge
  drive’s own server; this site cannot read it.</p>
  <p>Already signed? Bring a friend to the next meeting: Skiles 202, Tuesdays at seven.</p>
  <iframe class="estamos" src="${embed}/${campus}?view=leaderboard" title="Leaderboard" loading="lazy" width="100%" height="560"></iframe>
  <p id="heard" aria-live="polite"></p>
</article>
<aside>
<iframe class="estamos" src="${embed}/${campus}?source=${source}" title="Sign the pledge" loading="lazy" width="100%" height="720"></iframe>
</aside>
</main>
<script async src="${estamosUrl}/widget.js"></script>
<script>
  for (const name of ['estamos:signed', 'estamos:confirmed'])
    document.addEventListener(name, (event) => {
      document.getElementById('heard').textContent = 'This page heard: ' + name + ' (' + event.detail.campaign + ')'
    })
</script>
</body>
</html>
`
}
