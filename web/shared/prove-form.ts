import { Proof } from './proof.svelte.ts'

/** Lets forms go without waiting: a proof is made while somebody types. Where that fails they go as without a script. */
export function proveForms() {
  for (const token of document.querySelectorAll<HTMLInputElement>('[data-challenge]'))
    if (token.form) prove(token.form, token)
}

function prove(form: HTMLFormElement, token: HTMLInputElement) {
  const proof = new Proof('altcha', token.dataset.challenge!)
  if (!proof.isPossible) return
  form.addEventListener('focusin', proof.begin)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (form.dataset.isSending) return
    form.dataset.isSending = 'yes'
    token.value = (await proof.take().catch(() => undefined)) ?? token.value
    form.submit()
  })
}
