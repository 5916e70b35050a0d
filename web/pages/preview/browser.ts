import '../../shared/styles/base.css'
import { mount } from 'svelte'
import PreviewPage from './PreviewPage.svelte'

mount(PreviewPage, { target: document.getElementById('estamos')! })
