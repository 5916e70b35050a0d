import '../../shared/styles/base.css'

export { default } from './MyPledgePage.svelte'
