/**
 * What a frame leaves out of Svelte: see docs/decisions/0026-what-a-frame-leaves-out.md. Each cut stands at the beginning
 * of something that frames do not use, and throws or ends there; what is behind it falls away.
 */
import type { Plugin } from 'vite'

interface Cut {
  file: RegExp
  /** Text of Svelte's source, once in it. */
  at: string
  /** What stands behind that text instead of the rest. */
  instead: string
}

const internals = String.raw`/svelte/src/internal/client/`
const file = (path: string) => new RegExp(`${internals}${path}$`)

const proxies = file('proxy\\.js')
const awaiting = file('reactivity/async\\.js')
const boundaries = file('dom/blocks/boundary\\.js')
const noBoundary = ` throw Error("no boundaries here");`

const cuts: Cut[] = [
  {
    file: proxies,
    at: 'export function proxy(value) {',
    instead: ' if (Object(value) === value) throw Error("$state is shallow here"); return value;',
  },
  // Components of a frame await nothing.
  { file: awaiting, at: '\t\tfn(deriveds);\n\t\treturn;\n\t}\n', instead: ' throw Error("no await here");' },
  // There is one boundary, the outermost, which catches nothing: an error is thrown on.
  { file: boundaries, at: '\terror(error) {\n', instead: ' throw error;' },
  { file: boundaries, at: '\t#handle_error(error) {\n', instead: noBoundary },
  { file: boundaries, at: '\t#create_reset(error) {\n', instead: noBoundary },
  { file: boundaries, at: '\t#hydrate_failed_content(error) {\n', instead: noBoundary },
  { file: boundaries, at: '\t#hydrate_pending_content() {\n', instead: noBoundary },
  { file: boundaries, at: '\t#update_pending_count(d, batch) {\n', instead: noBoundary },
  { file: boundaries, at: '\tupdate_pending_count(d, batch) {\n', instead: noBoundary },
  { file: boundaries, at: '\tget_effect_pending() {\n', instead: noBoundary },
  { file: boundaries, at: '\t#effect_pending_subscriber = createSubscriber(() => {\n', instead: noBoundary },
]

/** A Svelte that is written in another way fails the build. */
export function leanFrames(): Plugin {
  return {
    name: 'estamos:lean-frames',
    applyToEnvironment: (environment) => environment.name.endsWith('_embed'),
    transform: {
      filter: { id: [proxies, awaiting, boundaries] },
      handler(code, id) {
        return cuts
          .filter((cut) => cut.file.test(id))
          .reduce((rest, { at, instead }) => {
            if (rest.split(at).length !== 2) this.error(`Svelte is written in another way now, at: ${at}`)
            return rest.replace(at, () => `${at}${instead}`)
          }, code)
      },
    },
  }
}
