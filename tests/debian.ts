import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** Whether packages can be installed: on Debian itself, as root. Ubuntu's packages of browsers only point to snaps. */
export function canInstallPackages(): boolean {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return false
  return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
}

/** @throws Error where apt-get does not get it */
export function installPackage(name: string): void {
  execFileSync('apt-get', ['update'], { stdio: 'ignore' })
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', name], { stdio: 'ignore' })
}
