import '../../shared/styles/base.css'
import { comeAlive } from '../../shared/come-alive.ts'
import WholePage from './WholePage.svelte'

comeAlive(WholePage)
