/** What the browser does with passkeys: signing in, using one once more, adding one. */
import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'
import { call, callAsIs } from './api.ts'

/** Why the browser has made or found no passkey: its message is a sentence that says what to do. */
export class NoPasskey extends Error {}

/** @throws NoPasskey, CallRefused */
export async function signInByPasskey(): Promise<void> {
  const optionsJSON = await callAsIs<PublicKeyCredentialRequestOptionsJSON>('POST', 'sign-in-challenges')
  await callAsIs('POST', 'passkey-sessions', await inBrowser(() => startAuthentication({ optionsJSON })))
}

/** For ten minutes exports, deletions, roles and keys are open. @throws NoPasskey, CallRefused */
export async function usePasskey(): Promise<void> {
  const optionsJSON = await callAsIs<PublicKeyCredentialRequestOptionsJSON>('POST', 'passkey-challenges')
  await callAsIs('POST', 'passkey-uses', await inBrowser(() => startAuthentication({ optionsJSON })))
}

/** @throws NoPasskey, CallRefused */
export async function addPasskey(name: string): Promise<void> {
  const optionsJSON = await call<PublicKeyCredentialCreationOptionsJSON>('POST', 'new-passkey-challenges')
  const credential = await inBrowser(() => startRegistration({ optionsJSON }))
  await call('POST', 'passkeys', { name, credential })
}

/** By the name of the browser's error; most say on purpose nothing of why. */
const sentences: Record<string, string> = {
  NotAllowedError:
    'No passkey was used: it was cancelled, took too long, or this device has none for us. Try once more.',
  InvalidStateError:
    'This device holds a passkey of your account already. Use another device, or another key.',
  ConstraintError: 'This device cannot check that it is you. Set up a screen lock, or use another device.',
  SecurityError: 'Passkeys do not work at this address. Open the console by its usual one.',
}

async function inBrowser<Made>(ask: () => Promise<Made>): Promise<Made> {
  if (!browserSupportsWebAuthn())
    throw new NoPasskey('This browser knows no passkeys. Use a newer one, or your phone.')
  try {
    return await ask()
  } catch (error) {
    const { name } = error as Error
    throw new NoPasskey(sentences[name] ?? 'That did not work. Try once more, or use another device.')
  }
}
