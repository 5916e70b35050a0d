/**
 * One build per entry, so that a page asks for one script and no more; besides them the widget, and the bundle with
 * which the server renders. In the folder of a page:
 *
 *   browser.ts   brings it alive        embed.ts   brings it alive in a frame
 *   styles.ts    has nothing but the styles, for a page that needs no script, or not all of its components in it
 *                (embed-styles.ts in a frame)
 *
 * Made: dist/client/assets/…, dist/client/manifest/{page}.{entry}.json, dist/client/widget.js, dist/client/widgets/…, dist/server/pages.js
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { minify } from 'terser'
import { leanFrames } from './scripts/lean-frames.ts'
import { widgetFile } from './server/pages/widgets.ts'
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite'

const entries = globSync('web/pages/*/{browser,embed,styles,embed-styles}.ts').sort()

export default defineConfig({
  plugins: [
    svelte({
      compilerOptions: { runes: true, cssHash: ({ hash, filename }) => `e${hash(filename).slice(0, 4)}` },
    }),
    leanFrames(),
    squeezedFrames(),
    onlyStyles(),
    precompressed(),
    keptWidgets(),
  ],
  publicDir: false,
  // Only such a script may wait for its WebAssembly before it hears anything.
  worker: { format: 'es' },
  logLevel: 'warn',
  environments: {
    ...Object.fromEntries(entries.map((entry) => [environmentName(entry), pageBuild(entry)])),
    widget: widgetBuild(),
    console: consoleBuild(),
    ssr: serverBuild(),
  },
  builder: {
    async buildApp({ build, environments, config }) {
      if (!config.build.watch) rmSync('dist', { recursive: true, force: true })
      for (const name of [...entries.map(environmentName), 'widget', 'console', 'ssr'])
        await build(environments[name]!)
    },
  },
})

function environmentName(entry: string) {
  return nameOf(entry).replace(/\W/g, '_')
}

/** `web/pages/pledge/embed.ts` is `pledge.embed`. */
function nameOf(entry: string) {
  return `${basename(dirname(entry))}.${basename(entry, '.ts')}`
}

function pageBuild(entry: string): EnvironmentOptions {
  const name = nameOf(entry)
  return clientBuild({
    manifest: `manifest/${name}.json`,
    rolldownOptions: {
      input: { [name]: entry },
      output: { codeSplitting: false },
      // What nothing exports is shaken off, and its styles with it.
      preserveEntrySignatures: 'exports-only',
    },
  })
}

function widgetBuild(): EnvironmentOptions {
  return clientBuild({
    rolldownOptions: {
      input: { widget: 'web/widget/widget.ts' },
      output: { format: 'iife', entryFileNames: '[name].js' },
    },
  })
}

/** Pages are loaded as they are opened. */
function consoleBuild(): EnvironmentOptions {
  return clientBuild({
    manifest: 'manifest/console.json',
    rolldownOptions: { input: { console: 'web/console/main.ts' } },
  })
}

function clientBuild(build: EnvironmentOptions['build']): EnvironmentOptions {
  return {
    consumer: 'client',
    build: {
      outDir: 'dist/client',
      emptyOutDir: false,
      modulePreload: false,
      reportCompressedSize: false,
      ...build,
    },
  }
}

function serverBuild(): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true },
    build: {
      ssr: true,
      outDir: 'dist/server',
      emptyOutDir: true,
      rolldownOptions: { input: { pages: 'web/pages/pages.ts' } },
    },
  }
}

/** After Vite's own minifier, half a kilobyte less. */
function squeezedFrames(): Plugin {
  return {
    name: 'estamos:squeezed-frames',
    applyToEnvironment: (environment) => environment.name.endsWith('_embed'),
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        for (const item of Object.values(bundle)) {
          if (item.type !== 'chunk') continue
          const { code } = await minify(item.code, { module: true, ecma: 2020, compress: { passes: 3 } })
          item.code = code!
        }
      },
    },
  }
}

/** Compressed once here, and not at every request. */
function precompressed(): Plugin {
  return {
    name: 'estamos:precompressed',
    applyToEnvironment: (environment) => environment.config.consumer === 'client',
    writeBundle({ dir }, bundle) {
      for (const item of Object.values(bundle)) {
        const script = item.type === 'chunk' ? item.code : item.source
        if (item.fileName.endsWith('.js')) writeCompressed(join(dir!, item.fileName), script)
      }
    },
  }
}

/** Every version of the widget that pages may have pinned, and the one that was just built. */
function keptWidgets(): Plugin {
  return {
    name: 'estamos:kept-widgets',
    applyToEnvironment: (environment) => environment.name === 'widget',
    writeBundle({ dir }) {
      const folder = join(dir!, 'widgets')
      mkdirSync(folder, { recursive: true })
      for (const version of [join(dir!, 'widget.js'), ...globSync('web/widget/published/*.js')]) {
        const script = readFileSync(version)
        const file = join(folder, widgetFile(script))
        writeFileSync(file, script)
        writeCompressed(file, script)
      }
    },
  }
}

function writeCompressed(file: string, text: string | Uint8Array) {
  writeFileSync(`${file}.br`, brotliCompressSync(text))
  writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }))
}

/** An entry of styles leaves a script behind that nobody asks for. */
function onlyStyles(): Plugin {
  return {
    name: 'estamos:only-styles',
    applyToEnvironment: (environment) => environment.name.endsWith('_styles'),
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const item of Object.values(bundle)) if (item.type === 'chunk') delete bundle[item.fileName]
      },
    },
  }
}
