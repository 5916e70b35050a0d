import '../../shared/styles/base.css'
import { comeAlive } from '../../shared/come-alive.ts'
import { meetHost } from '../../shared/host.ts'
import LeaderboardPage from './LeaderboardPage.svelte'

comeAlive(LeaderboardPage)
meetHost()
