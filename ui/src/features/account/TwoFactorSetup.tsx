import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api, failureText } from '~/api/client'
import type { RecoveryCodes, TwoFactorSetup } from '~/api/types'
import { Button } from '~/components/Button'
import { CopyButton } from '~/components/CopyButton'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'

interface ConfirmAppProps {
  setup: TwoFactorSetup
  onCancel: () => void
  onConfirmed: (codes: string[]) => void
}

/** The picture for the app, and the first code that shows that the app has it. */
export function ConfirmApp({ setup, onCancel, onConfirmed }: ConfirmAppProps) {
  const [code, setCode] = useState('')
  const confirm = useMutation({
    mutationFn: () => api.post<RecoveryCodes>('/me/two-factor/confirm', { code: code.trim() }),
    onSuccess: ({ recovery_codes }) => onConfirmed(recovery_codes),
  })
  return (
    <form
      className="flex flex-col gap-4 border-t border-line pt-5"
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate()
      }}
    >
      <p className="text-sm">Scan this QR code with an authenticator app, then enter the code that the app shows.</p>
      <div className="flex flex-wrap items-start gap-5">
        {/* Readers of QR codes need it dark on light. */}
        <img alt="QR code for your authenticator app" className="size-44 rounded-lg border border-line bg-[white]" src={`data:image/svg+xml,${encodeURIComponent(setup.qr_code_svg)}`} />
        <div className="flex min-w-0 flex-1 basis-60 flex-col gap-4">
          <div className="text-sm">
            <p className="text-ink-soft">No camera? Enter this key in the app:</p>
            <p className="mt-1 flex flex-wrap items-center gap-2">
              <code className="font-mono break-all">{setup.secret}</code>
              <CopyButton text={setup.secret} />
            </p>
          </div>
          <TextField
            autoComplete="one-time-code"
            className="max-w-48"
            error={confirm.error ? failureText(confirm.error) : undefined}
            inputMode="numeric"
            isMono
            label="Code"
            maxLength={7}
            value={code}
            onChange={setCode}
          />
          <div className="flex flex-wrap gap-2">
            <Button isDisabled={code.trim() === ''} isPending={confirm.isPending} kind="primary" type="submit">
              Turn on
            </Button>
            <Button kind="quiet" onPress={onCancel}>
              Cancel
            </Button>
          </div>
        </div>
      </div>
    </form>
  )
}

/** Each stands in for a code once. They are not shown again. */
export function ShownCodes({ codes }: { codes: readonly string[] }) {
  return (
    <Banner
      action={<CopyButton text={codes.join('\n')} />}
      title="Save these recovery codes now. They won’t be shown again."
      tone="good"
    >
      <p>Each of them signs you in once if you don’t have your phone. Keep them where you keep your passwords.</p>
      <ul aria-label="Recovery codes" className="mt-2 grid grid-cols-1 gap-x-6 gap-y-1 font-mono text-ink sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </Banner>
  )
}
