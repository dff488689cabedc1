import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { browserSessionsQuery, twoFactorQuery } from '~/api/people'
import { sessionQuery } from '~/api/queries'
import type { RecoveryCodes, TwoFactorSetup } from '~/api/types'
import { Button } from '~/components/Button'
import { Badge, Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { countOf } from '~/format/number'

import { PasswordDialog } from './PasswordDialog'
import { ConfirmApp, ShownCodes } from './TwoFactorSetup'

const PATH = '/me/two-factor'

type Asked = 'begin' | 'replace' | 'disable'

/** Signing in with a code of an app besides the password. Each change needs the password again. */
export function TwoFactor() {
  const state = useQuery(twoFactorQuery)
  const client = useQueryClient()
  const [asked, setAsked] = useState<Asked>()
  const [setup, setSetup] = useState<TwoFactorSetup>()
  const [codes, setCodes] = useState<readonly string[]>()
  const refresh = () => Promise.all([twoFactorQuery, sessionQuery, browserSessionsQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })))
  const change = useMutation({
    mutationFn: async ({ what, password }: { what: Asked; password: string }) => {
      if (what === 'begin') return setSetup(await api.post<TwoFactorSetup>(PATH, { password }))
      if (what === 'disable') return api.post<void>(`${PATH}/disable`, { password })
      return setCodes((await api.post<RecoveryCodes>(`${PATH}/recovery-codes`, { password })).recovery_codes)
    },
    onSuccess: () => {
      setAsked(undefined)
      return refresh()
    },
  })
  const ask = (what: Asked) => {
    change.reset()
    setCodes(undefined)
    setAsked(what)
  }
  const { data } = state
  return (
    <section aria-label="Two-factor sign-in" className="card flex flex-col gap-4 p-5">
      <div>
        <h2 className="flex flex-wrap items-center gap-2 text-lg font-semibold">
          Two-factor sign-in
          {data && <Badge tone={data.is_on ? 'good' : 'plain'}>{data.is_on ? 'On' : 'Off'}</Badge>}
        </h2>
        <p className="text-sm text-ink-soft">
          Signing in takes a code from an authenticator app as well as your password. A stolen password alone is then useless.
        </p>
      </div>
      {state.error && !data && <ErrorState error={state.error} onRetry={() => void state.refetch()} />}
      {!data && !state.error && <SkeletonRows rows={2} />}
      {codes && <ShownCodes codes={codes} />}
      {data && !data.is_on && !setup && (
        <div>
          <Button onPress={() => ask('begin')}>Set up two-factor sign-in…</Button>
        </div>
      )}
      {setup && (
        <ConfirmApp
          setup={setup}
          onCancel={() => setSetup(undefined)}
          onConfirmed={(next) => {
            setSetup(undefined)
            setCodes(next)
            void refresh()
          }}
        />
      )}
      {data?.is_on && (
        <>
          {data.recovery_codes_left < 3 && (
            <Banner title={`${countOf(data.recovery_codes_left, 'recovery code')} left`} tone="warn">
              Replace your codes while you still have your phone.
            </Banner>
          )}
          <div className="flex flex-wrap gap-2">
            <Button onPress={() => ask('replace')}>Replace recovery codes…</Button>
            <Button kind="danger" onPress={() => ask('disable')}>
              Turn off…
            </Button>
          </div>
        </>
      )}
      <PasswordDialog
        {...TEXT[asked ?? 'begin']}
        error={change.error}
        isOpen={asked !== undefined}
        isPending={change.isPending}
        onClose={() => setAsked(undefined)}
        onConfirm={(password) => asked && change.mutate({ what: asked, password })}
      />
    </section>
  )
}

const TEXT: Record<Asked, { title: string; confirm: string; text: string }> = {
  begin: { title: 'Set up two-factor sign-in', confirm: 'Continue', text: 'Enter your password to continue.' },
  replace: {
    title: 'Replace recovery codes?',
    confirm: 'Replace codes',
    text: 'You get ten new codes, and the previous ones stop working.',
  },
  disable: {
    title: 'Turn off two-factor sign-in?',
    confirm: 'Turn off',
    text: 'From then on, you sign in with your password alone. You can’t open workspaces that require two-factor sign-in.',
  },
}
