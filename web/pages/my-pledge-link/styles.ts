import '../../shared/styles/sheet.css'

export { default } from './MyPledgeLinkPage.svelte'
