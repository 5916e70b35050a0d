import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** A version of `widget.js`, under an address at which nothing else will ever stand. */
export interface WidgetVersion {
  /** From the root. */
  path: string
  /** As the attribute of a script tag takes it: a browser runs nothing else from that address. */
  integrity: string
}

const built = new URL('../../dist/client/widget.js', import.meta.url)

/** The version that was built with this server. */
export async function newestWidget(): Promise<WidgetVersion> {
  const script = await readFile(built)
  return { path: `/widgets/${widgetFile(script)}`, integrity: `sha384-${sha384(script).toString('base64')}` }
}

/** Named for its bytes, so that other bytes have another name. */
export function widgetFile(script: string | Buffer): string {
  return `${sha384(script).toString('hex').slice(0, 16)}.js`
}

function sha384(script: string | Buffer): Buffer {
  return createHash('sha384').update(script).digest()
}
