/** What a visitor downloads, against the budgets: `node scripts/size.ts` after `vite build`. Fails beyond them. */
import { readFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { PledgeProps } from '../server/pages/contract.ts'
import { htmlDocument } from '../server/pages/document.ts'

const KB = 1000
const client = new URL('../dist/client/', import.meta.url)

const embed = await frameSize()
const rows = [
  { what: 'embed: HTML with styles (brotli)', bytes: embed.html },
  { what: 'embed: script (brotli)', bytes: embed.script },
  { what: 'embed: its worker (brotli)', bytes: embed.worker },
  { what: 'embed, all of it', bytes: embed.html + embed.script + embed.worker, budget: 28 * KB },
  { what: 'widget.js (gzip)', bytes: gzipSync(file('widget.js'), { level: 9 }).length, budget: 2 * KB },
]

console.table(rows.map(({ what, bytes, budget }) => ({ what, bytes, budget: budget ?? '' })))
if (rows.some(({ bytes, budget = Infinity }) => bytes > budget)) process.exit(1)

async function frameSize() {
  const { html } = await htmlDocument('pledge', sample(), { locale: 'en', theme: 'auto', accent: '#7a1fa2' })
  const scripts = [...html.matchAll(/<script type="module" src="\/([^"]+)"/g)].map(([, name]) => file(name!))
  const workers = scripts.flatMap((script) => scriptsNamedIn(script.toString())).map(file)
  if (workers.length !== 1) throw new Error(`a frame has one worker, not ${workers.length}`)
  return { html: brotliCompressSync(html).length, script: inAll(scripts), worker: inAll(workers) }
}

/** What a script fetches besides. */
function scriptsNamedIn(script: string) {
  return [...script.matchAll(/"\/(assets\/[\w.-]+\.js)"/g)].map(([, name]) => name!)
}

function inAll(scripts: Buffer[]) {
  return scripts.reduce((sum, script) => sum + brotliCompressSync(script).length, 0)
}

function file(name: string) {
  return readFileSync(new URL(name, client))
}

/** A frame with everything in it: a campus's own, on a leaderboard of twenty, of a drive that names, offers and asks. */
function sample(): PledgeProps {
  const campuses = Array.from({ length: 20 }, (_, at) => ({
    campus: `campus-${at}.example.edu`,
    name: `University of Example ${at}`,
    confirmed: 400 - 7 * at,
    rank: at + 1,
  }))
  return {
    campaign: {
      slug: 'no-tech-for-ice',
      state: 'open',
      organization: { name: 'Students for Example', url: 'https://example.org' },
      locale: 'en',
      locales: ['en', 'es'],
      title: 'No tech for ICE',
      text: 'I pledge not to work for a tech company, and not to interview with it, while it holds a contract with ICE.',
      textVersion: 1,
      textHash: '0'.repeat(64),
      reason: 'Companies depend on us to come and work for them. '.repeat(12),
      targets: [
        {
          name: 'Palantir',
          reason:
            'Built the case management system with which ICE agents search and link records, and runs it.',
          sourceUrl: 'https://www.dhs.gov/publication/dhsicepia-045-ice-investigative-case-management',
        },
        {
          name: 'Amazon Web Services',
          reason:
            'Hosts systems on which agents of Homeland Security keep faces, fingerprints and case files.',
          sourceUrl: 'https://example.org/reports/cloud-services-and-immigration-enforcement',
        },
        {
          name: 'Microsoft',
          reason: 'Sells cloud services and software licences to ICE, as its own announcement of 2018 says.',
          sourceUrl: 'https://example.org/announcements/government-cloud-2018',
        },
      ],
      clauses: [
        { id: 1, words: 'I also ask my school to keep these firms off campus while they contract with ICE.' },
        { id: 2, words: 'I also tell every recruiter who writes to me why I will not answer.' },
      ],
      questions: [
        {
          id: 1,
          words: 'When do you graduate?',
          options: ['2026', '2027', '2028', '2029', 'Later'].map((words, at) => ({ number: at + 1, words })),
        },
      ],
      logoUrl: `https://pledge.example.org/api/v1/campaigns/no-tech-for-ice/logo/${'0123456789abcdef'.repeat(4)}`,
      goal: 10_000,
      confirmed: 6670,
      eligibility: 'anyone',
      smallestShown: 5,
      namesShownAfter: 50,
      contactMode: 'contactable',
      shareWith: [
        { organization: 'students', name: 'Students for Example', fingerprint: '3f9a11c208be77d0'.repeat(4) },
      ],
      captcha: { kind: 'altcha' },
      theme: {},
      demo: false,
    },
    leaderboard: {
      version: 1,
      confirmed: 6670,
      goal: 10_000,
      campuses,
      others: { campuses: 4, confirmed: 10 },
      at: '2026-01-01T00:00:00.000Z',
    },
    standing: { ...campuses[3]!, nextSteps: [], names: [] },
    step: { at: 'asking' },
    source: 'sample',
    isWholePage: false,
    publicUrl: 'https://pledge.example.org',
  }
}
