import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, vi } from 'vitest'
import { canInstallPackages, unpackPackage } from '../debian.ts'
import { type Estamos, freePort } from '../estamos.ts'

/** Where the package is unpacked that this file brings along. */
const own = fileURLToPath(new URL('../../node_modules/.cache/nginx', import.meta.url))
const places = [
  process.env.NGINX_PATH,
  '/usr/sbin/nginx',
  '/usr/local/bin/nginx',
  '/usr/local/sbin/nginx',
  '/opt/homebrew/bin/nginx',
  `${own}/usr/sbin/nginx`,
]

export interface Cached {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
  /** Whether the answer came out of the cache. */
  isKept: boolean
}

export interface Caches {
  /** Keeps what it may, answers that say nothing of it too, under scheme, server and address alone. */
  obedient: Cache
  /** Keeps for ten minutes whatever is asked for by a name like a file's, and asks nobody whether it may. */
  bySuffix: Cache
}

export interface Cache {
  /** @param path is sent as it stands */
  get(path: string, headers?: Record<string, string | string[]>, body?: string): Promise<Cached>
  /** The same at a moment at which the cache holds nothing, and keeps this. */
  getAnew: Cache['get']
}

/** The real nginx in front of a server that is up. Call at the top of a test file. */
export function nginxBefore(server: Estamos): Caches {
  // Before anything is up that waits for its turn while packages come.
  const path = findOrInstallNginx()
  const caches: Partial<Caches> = {}
  let nginx: ChildProcess | undefined
  let folder = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'estamos-nginx-'))
    const ports = [await freePort(), await freePort()] as const
    await writeFile(join(folder, 'nginx.conf'), settings(server.config.port, ports))
    nginx = spawn(path, ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], { stdio: 'inherit' })
    await Promise.all(ports.map((port) => vi.waitUntil(() => listens(port), 10_000)))
    Object.assign(caches, { obedient: cacheAt(ports[0]), bySuffix: cacheAt(ports[1]) })
  })
  afterAll(async () => {
    if (nginx?.exitCode === null) {
      nginx.kill()
      await once(nginx, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
  })
  return caches as Caches
}

/** Never skipped, as Chromium is not: on Debian its package is unpacked, and not set up, since it would serve at port 80. */
function findOrInstallNginx(): string {
  if (!findNginx() && canInstallPackages()) unpackPackage('nginx', own)
  const found = findNginx()
  if (found) return found
  throw new Error(
    'This attack is played with nginx, and it could not be installed. Install it yourself (on Debian, as root: ' +
      'apt-get install -y nginx; on macOS: brew install nginx), or set NGINX_PATH.',
  )
}

function findNginx(): string | undefined {
  return places.find((place) => place && existsSync(place))
}

/**
 * As people set it up: whatever a client says of itself and of the host it asked for goes on to the server, which is told
 * to believe this proxy.
 */
function settings(upstream: number, [obedient, bySuffix]: readonly [number, number]): string {
  return `
daemon off;
master_process off;
pid nginx.pid;
error_log error.log crit;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`).join(' ')}
  proxy_cache_path kept keys_zone=kept:10m;
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header Connection "";
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_cache kept;
  proxy_cache_bypass $http_x_nothing_kept;
  add_header X-Kept $upstream_cache_status always;
  upstream estamos { server 127.0.0.1:${upstream}; keepalive 4; }
  map $uri $decoded_is_file { default 0; ~*${suffix}$ 1; }
  map $request_uri $is_file { default $decoded_is_file; ~^/assets/ 1; ~^/widget 1; ~*^[^?]*${suffix}(\\?|$) 1; }
  map $is_file $is_page { 0 1; 1 0; }
  server {
    listen 127.0.0.1:${obedient};
    proxy_cache_valid any 10m;
    location / { proxy_pass http://estamos; }
  }
  server {
    listen 127.0.0.1:${bySuffix};
    proxy_cache_key $scheme$host$request_uri;
    proxy_cache_valid any 10m;
    proxy_ignore_headers Cache-Control Expires Set-Cookie X-Accel-Expires;
    proxy_no_cache $is_page;
    location / { proxy_pass http://estamos; proxy_cache_bypass $is_page $http_x_nothing_kept; }
  }
}`
}

const suffix = '\\.(css|js|mjs|png|jpg|gif|ico|svg|webp|woff2|txt|pdf|csv|xls|xlsx|zip)'

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

let asked = 0

function cacheAt(port: number): Cache {
  const get: Cache['get'] = async (path, headers = {}, body) => {
    asked += 1
    const from = `198.18.${(asked >> 8) & 255}.${asked & 255}`
    const call = request({
      host: '127.0.0.1',
      port,
      path,
      headers: {
        host: `localhost:${port}`,
        'x-forwarded-for': from,
        ...(body && { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
    })
    call.end(body)
    const [answer] = await once(call, 'response')
    let text = ''
    for await (const part of answer.setEncoding('utf8')) text += part
    const isKept = ['HIT', 'STALE', 'UPDATING'].includes(answer.headers['x-kept'])
    return { status: answer.statusCode, headers: answer.headers, body: text, isKept }
  }
  return { get, getAnew: (path, headers, body) => get(path, { ...headers, 'x-nothing-kept': '1' }, body) }
}
