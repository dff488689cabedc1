import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { Button } from '~/components/Button'
import { HelpLink } from '~/features/help/HelpLink'

import { deletionError } from './deletion'
import { PasswordDialog } from './PasswordDialog'

/** The way out: needs the password again. The only owner of a workspace is told what to do first. */
export function DeleteAccount() {
  const [isOpen, setIsOpen] = useState(false)
  const remove = useMutation({
    mutationFn: (password: string) => api.post('/me/delete', { password }),
    // Loaded anew, the page keeps nothing that the account has seen.
    onSuccess: () => window.location.assign('/login?deleted=account'),
  })
  return (
    <section aria-label="Delete account" className="card flex flex-wrap items-center gap-3 p-5">
      <div className="min-w-0 flex-1 basis-64">
        <h2 className="text-lg font-semibold">Delete your account</h2>
        <p className="text-[0.8125rem] text-ink-soft">
          You lose access to all of your workspaces, which stay for their other members.{' '}
          <HelpLink about="deletedAccount">What is deleted</HelpLink>
        </p>
      </div>
      <Button
        kind="danger"
        onPress={() => {
          remove.reset()
          setIsOpen(true)
        }}
      >
        Delete…
      </Button>
      <PasswordDialog
        isDangerous
        confirm="Delete permanently"
        error={deletionError(remove.error)}
        isOpen={isOpen}
        isPending={remove.isPending || remove.isSuccess}
        text="Your sessions, passkeys, two-factor sign-in and connected accounts are deleted with it, and can’t be restored. What you did stays in the audit logs of your workspaces."
        title="Delete your account?"
        onClose={() => setIsOpen(false)}
        onConfirm={(password) => remove.mutate(password)}
      />
    </section>
  )
}
