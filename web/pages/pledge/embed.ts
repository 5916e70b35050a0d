import '../../shared/styles/base.css'
import { comeAlive } from '../../shared/come-alive.ts'
import { meetHost } from '../../shared/host.ts'
import EmbedPage from './EmbedPage.svelte'

comeAlive(EmbedPage)
meetHost()
