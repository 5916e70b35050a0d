import { comeAlive } from '../../shared/come-alive.ts'
import { meetHost } from '../../shared/host.ts'
import EmbedSteps from './EmbedSteps.svelte'

comeAlive(EmbedSteps)
meetHost()
