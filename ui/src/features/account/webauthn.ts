/** Passkeys in the browser. The server's challenges and the browser's answers are JSON, with binary values in base64url. */

type Bytes = Uint8Array<ArrayBuffer>

export function bytesOf(text: string): Bytes {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

export function textOf(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** What a challenge holds of binary values; the rest is handed on as it is. */
interface Challenge {
  challenge: string
  rpId?: string
  user?: { id: string }
  excludeCredentials?: { id: string }[]
  allowCredentials?: { id: string }[]
}

const described = (list: { id: string }[] | undefined) => list?.map((one) => ({ ...one, id: bytesOf(one.id) }))

function optionsOf(challenge: unknown) {
  const asked = challenge as Challenge
  return {
    ...asked,
    challenge: bytesOf(asked.challenge),
    ...(asked.user ? { user: { ...asked.user, id: bytesOf(asked.user.id) } } : {}),
    ...(asked.excludeCredentials ? { excludeCredentials: described(asked.excludeCredentials) } : {}),
    ...(asked.allowCredentials ? { allowCredentials: described(asked.allowCredentials) } : {}),
  }
}

/** Whoever asked changed their mind, or took too long: no failure, and nothing to report. */
export class PasskeyCanceled extends Error {
  constructor() {
    super('No passkey was chosen.')
    this.name = 'PasskeyCanceled'
  }
}

/** The device has a passkey for this account. */
export class PasskeyExists extends Error {
  constructor() {
    super('This device already has a passkey for your account.')
    this.name = 'PasskeyExists'
  }
}

async function chosen(choose: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let found
  try {
    found = await choose()
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    // The browser says the same for a refusal and for a timeout.
    if (error.name === 'NotAllowedError' || error.name === 'AbortError') throw new PasskeyCanceled()
    if (error.name === 'InvalidStateError') throw new PasskeyExists()
    throw new Error('This browser can’t use passkeys here.', { cause: error })
  }
  if (!found) throw new PasskeyCanceled()
  return found as PublicKeyCredential
}

/** What the server knows. Browsers have had others, and may have more. */
const TRANSPORTS: ReadonlySet<string> = new Set(['ble', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'])

const common = (credential: PublicKeyCredential) => ({
  id: credential.id,
  rawId: textOf(credential.rawId),
  type: credential.type,
  ...(credential.authenticatorAttachment === null ? {} : { authenticatorAttachment: credential.authenticatorAttachment }),
  clientExtensionResults: {},
})

/** Lets a device create a passkey; its public half, for the server. */
export async function createPasskey(challenge: unknown) {
  const publicKey = optionsOf(challenge) as unknown as PublicKeyCredentialCreationOptions
  const credential = await chosen(() => navigator.credentials.create({ publicKey }))
  const response = credential.response as AuthenticatorAttestationResponse
  return {
    ...common(credential),
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
      transports: (response.getTransports?.() ?? []).filter((transport) => TRANSPORTS.has(transport)),
    },
  }
}

/** Lets the browser stop offering a passkey that the server doesn’t know any more. Not all of them can. */
export async function forgetPasskey(challenge: unknown, credentialId: string): Promise<void> {
  const known = window.PublicKeyCredential as { signalUnknownCredential?: (which: { rpId?: string; credentialId: string }) => Promise<void> }
  const { rpId } = challenge as Challenge
  await known.signalUnknownCredential?.({ ...(rpId === undefined ? {} : { rpId }), credentialId }).catch(() => undefined)
}

/** Lets a device sign the challenge with a passkey that the person chooses. */
export async function signWithPasskey(challenge: unknown) {
  const publicKey = optionsOf(challenge) as unknown as PublicKeyCredentialRequestOptions
  const credential = await chosen(() => navigator.credentials.get({ publicKey }))
  const response = credential.response as AuthenticatorAssertionResponse
  return {
    ...common(credential),
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      authenticatorData: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      userHandle: response.userHandle === null ? null : textOf(response.userHandle),
    },
  }
}

/** Whether this browser knows passkeys at all. */
export const knowsPasskeys = () => typeof window.PublicKeyCredential === 'function'
