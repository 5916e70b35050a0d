import '../../shared/styles/base.css'

export { default } from './MyPledgeLinkPage.svelte'
