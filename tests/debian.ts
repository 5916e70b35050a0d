import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

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

/** What a package holds, in a folder, with the libraries that it needs: nothing of it is set up, and no service starts. */
export function unpackPackage(name: string, folder: string): void {
  const quietly = { cwd: folder, stdio: 'ignore' } as const
  mkdirSync(folder, { recursive: true })
  execFileSync('apt-get', ['update'], quietly)
  // As root, apt downloads as another user, who may not write here.
  execFileSync('apt-get', ['-o', 'APT::Sandbox::User=root', 'download', name], quietly)
  const [archive = ''] = globSync('*.deb', { cwd: folder })
  execFileSync(
    'apt-get',
    ['install', '-y', '--no-install-recommends', ...librariesOf(join(folder, archive))],
    quietly,
  )
  execFileSync('dpkg-deb', ['-x', archive, '.'], quietly)
}

function librariesOf(archive: string): string[] {
  const needed = execFileSync('dpkg-deb', ['-f', archive, 'Depends'], { encoding: 'utf8' })
  return needed
    .split(',')
    .map((one) => /^[^\s(|]+/.exec(one.trim())?.[0] ?? '')
    .filter((one) => /^(lib|zlib)/.test(one))
}
