import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { chromium } from 'playwright-core'
import { canInstallPackages, installPackage } from './debian.ts'

/** The engine without windows comes first: the whole browser takes half as long again for the same pages. */
const usual = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** As tests start it: nothing that asks elsewhere. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Where Chromium is: the journeys need one, and are never skipped. Where none is found it is installed: on Debian its
 * package, without windows where there is one, elsewhere Playwright's own build.
 */
export function findOrInstallChromium(): string {
  const found = findChromium()
  if (found) return found
  install()
  const installed = findChromium()
  if (installed) return installed
  throw new Error(
    'The journeys need Chromium, and it could not be installed. Install it yourself (on Debian, as root: ' +
      'apt-get install -y chromium; elsewhere: npx playwright-core install chromium), or set CHROMIUM_PATH.',
  )
}

function findChromium(): string | undefined {
  const places = [process.env.CHROMIUM_PATH, ...usual, chromium.executablePath()]
  return places.find((place) => place && existsSync(place))
}

function install(): void {
  try {
    if (canInstallPackages()) installFromDebian()
    else execFileSync(process.execPath, [playwrightCli(), 'install', 'chromium'], { stdio: 'inherit' })
  } catch {
    // What to do about it is said by the caller.
  }
}

function installFromDebian(): void {
  try {
    installPackage('chromium-headless-shell')
  } catch {
    installPackage('chromium')
  }
}

/** The package exports its manifest, and not its command line. */
function playwrightCli(): string {
  return join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js')
}
