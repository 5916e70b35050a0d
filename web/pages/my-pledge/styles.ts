import '../../shared/styles/sheet.css'

export { default } from './MyPledgePage.svelte'
