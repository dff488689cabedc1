import type { ReactNode } from 'react'

import type { SignUpPending } from '~/api/types'

interface LinkSentProps {
  delivery: SignUpPending['delivery']
  email: string
  /** What the link is for, such as `confirm the address`. */
  purpose: string
  /** For how long it works. */
  validFor: string
  children?: ReactNode
}

/** Where a link went, and what to do if it does not arrive. */
export function LinkSent({ delivery, email, purpose, validFor, children }: LinkSentProps) {
  const address = <bdi className="font-medium break-all text-ink">{email}</bdi>
  return (
    <div className="flex flex-col gap-3 text-sm text-ink-soft">
      {delivery === 'mail' ? (
        <>
          <p>
            We’ve sent an email to {address}. Open the link in it to {purpose}. It works once, for {validFor}.
          </p>
          <p>Nothing after a few minutes? Check your spam folder, and make sure that the address is correct.</p>
        </>
      ) : (
        <p>
          This server can’t send email. Its console shows the link for {address}: ask the person who runs the server to pass it on to
          you. Open it to {purpose}. It works once, for {validFor}.
        </p>
      )}
      {children}
    </div>
  )
}
