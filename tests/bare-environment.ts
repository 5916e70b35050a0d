import { inject } from 'vitest'

/** What a process of ours is started with besides its settings: nothing of this machine's that it might read one from. */
export function bareEnvironment(): { PATH: string | undefined; NODE_COMPILE_CACHE: string } {
  return { PATH: process.env.PATH, NODE_COMPILE_CACHE: inject('compileCache') }
}
