/** Keeps the built `widget.js` for good, under its own name: pages that pinned it go on asking for it. */
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { widgetFile } from '../server/pages/widgets.ts'

process.chdir(new URL('..', import.meta.url).pathname)
const built = 'dist/client/widget.js'
const kept = `web/widget/published/${widgetFile(readFileSync(built))}`
if (!existsSync(kept)) copyFileSync(built, kept)
console.log(`${kept} is the newest version. Commit it with what changed it.`)
