import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { ApiError } from '~/api/client'
import type { KeyCheck, Source } from '~/api/types'
import { Button, Spinner, buttonClass } from '~/components/Button'
import { Badge, Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { Toggle } from '~/components/Toggle'
import { GDPR_HINT } from '~/features/settings/PrivacySection'
import { countryName } from '~/format/names'

import { KeySteps, Step } from './KeySteps'
import { PermissionList } from './PermissionList'
import type { ConnectRequest } from './useConnect'
import { useConnect } from './useConnect'
import { isFinal, refusalOf, stripeAt, useKeyCheck } from './useKeyCheck'

export function StripeConnect({ source }: { source: Source }) {
  const [key, setKey] = useState('')
  const [apiBase, setApiBase] = useState('')
  const { check, error, isChecking, retry } = useKeyCheck(key, apiBase)
  return (
    <section aria-label="Connect Stripe" className="card p-5 sm:p-7">
      <ol className="flex flex-col gap-7">
        <KeySteps source={source} />
        <Step number={4} title="Paste it here">
          <div className="mt-2 flex flex-col gap-3">
            <TextField
              autoComplete="off"
              hint="It is checked at once, with read requests only, and saved encrypted only when you connect."
              isMono
              label="Restricted key"
              placeholder="rk_live_…"
              spellCheck="false"
              value={key}
              onChange={setKey}
            />
            <details>
              <summary className="link cursor-pointer">Reach Stripe at another address</summary>
              <TextField
                autoComplete="off"
                className="mt-2"
                hint="For a proxy or a sandbox, such as http://127.0.0.1:12111. Leave it empty for Stripe itself."
                isMono
                label="API address"
                placeholder="https://api.stripe.com"
                type="url"
                value={apiBase}
                onChange={setApiBase}
              />
            </details>
            <div aria-live="polite">
              {isChecking && (
                <p className="flex items-center gap-2">
                  <Spinner /> Asking Stripe what this key may read …
                </p>
              )}
              {!isChecking && error && <Refusal error={error} retry={retry} />}
              {!isChecking && check && (
                <Checked key={check.account.id} check={check} request={stripeAt(key.trim(), apiBase.trim())} retry={retry} />
              )}
            </div>
          </div>
        </Step>
      </ol>
    </section>
  )
}

function Refusal({ error, retry }: { error: Error; retry: () => void }) {
  const { title, advice } = refusalOf(error)
  return (
    <Banner
      action={
        !isFinal(error) && (
          <Button size="small" onPress={retry}>
            Check again
          </Button>
        )
      }
      title={title}
      tone="danger"
    >
      {advice}
    </Banner>
  )
}

function Checked({ check, request, retry }: { check: KeyCheck; request: ConnectRequest; retry: () => void }) {
  const { account, permissions } = check
  const [name, setName] = useState(account.name ?? '')
  const [isGdpr, setIsGdpr] = useState(false)
  const connect = useConnect()
  const missing = permissions.filter(({ state }) => state === 'missing')
  const facts = [account.id, account.country && countryName(account.country), account.default_currency?.toUpperCase()].filter(
    Boolean,
  )
  return (
    <div className="flex flex-col gap-4 text-ink">
      <div className="rounded-xl border border-line p-4">
        <p className="flex flex-wrap items-center gap-2 font-semibold">
          {account.name ?? account.id}
          {check.is_test_mode && <Badge tone="warn">Test mode</Badge>}
          {check.is_restricted ? <Badge tone="good">Restricted key</Badge> : <Badge tone="warn">Full secret key</Badge>}
        </p>
        <p className="text-sm text-ink-soft">{facts.join(' · ')}</p>
        <div className="mt-3">
          <PermissionList permissions={permissions} />
        </div>
      </div>
      {!check.is_restricted && (
        <Banner title="This key could do more than read" tone="warn">
          It works, and Chartsy only reads. A restricted key is safer: whoever got hold of it could change nothing.
        </Banner>
      )}
      {missing.length > 0 && (
        <Banner
          action={
            <Button size="small" onPress={retry}>
              Check again
            </Button>
          }
          title={check.can_connect ? 'You can connect; some figures will be absent' : 'A needed permission is missing'}
          tone={check.can_connect ? 'warn' : 'danger'}
        >
          In Stripe, edit the key and set {[...new Set(missing.map(({ permission, label }) => permission || label))].join(', ')}{' '}
          to Read, then check again. The key stays the same.
        </Banner>
      )}
      {check.existing_connection_id ? (
        <Banner
          action={
            <Link
              className={buttonClass('secondary', 'small')}
              params={{ connectionId: check.existing_connection_id }}
              to="/c/$connectionId/mrr"
            >
              Open it
            </Link>
          }
          title="This account is connected already"
          tone="info"
        >
          To use this key for it from now on, replace the key in its settings. Nothing that was loaded is lost.
        </Banner>
      ) : (
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            connect.mutate({ ...request, ...(name.trim() ? { name: name.trim() } : {}), gdpr: isGdpr })
          }}
        >
          <TextField hint="What it is called in Chartsy. It can be changed later." label="Name" value={name} onChange={setName} />
          <Toggle hint={GDPR_HINT} isSelected={isGdpr} label="GDPR mode" onChange={setIsGdpr} />
          {connect.error && (
            <Banner title={connect.error.message} tone="danger">
              {connect.error instanceof ApiError && connect.error.problem.action}
            </Banner>
          )}
          <Button
            className="self-start"
            isDisabled={!check.can_connect}
            isPending={connect.isPending}
            kind="primary"
            type="submit"
          >
            Connect {account.name ?? 'the account'}
          </Button>
        </form>
      )}
    </div>
  )
}
