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
import type { KeyTexts } from '~/sources'
import { testMode } from '~/sources/names'

import { KeySteps, Step } from './KeySteps'
import { PermissionList } from './PermissionList'
import type { ConnectRequest } from './useConnect'
import { useConnect } from './useConnect'
import { refusalOf, useKeyCheck } from './useKeyCheck'

/** Connects an account with a key, which is checked while nothing is saved yet. */
export function KeyConnect({ source, texts }: { source: Source; texts: KeyTexts }) {
  const [key, setKey] = useState('')
  const [owner, setOwner] = useState('')
  const [apiBase, setApiBase] = useState('')
  const { check, error, isChecking, request, retry } = useKeyCheck(source.id, ownedKey(texts, owner, key), apiBase)
  return (
    <section aria-label={`Connect ${source.name}`} className="card p-5 sm:p-7">
      <ol className="flex flex-col gap-7">
        <KeySteps source={source} texts={texts} />
        <Step number={4} title={texts.steps.paste.title}>
          <div className="mt-2 flex flex-col gap-3">
            {texts.owner && (
              <TextField
                autoComplete="off"
                hint={texts.owner.hint}
                inputMode="numeric"
                isMono
                label={texts.owner.label}
                placeholder={texts.owner.placeholder}
                value={owner}
                onChange={setOwner}
              />
            )}
            <TextField
              autoComplete="off"
              hint={texts.steps.paste.hint}
              isMono
              label={texts.label}
              placeholder={texts.placeholder}
              spellCheck="false"
              value={key}
              onChange={setKey}
            />
            <details>
              <summary className="link cursor-pointer">Use a different API address</summary>
              <TextField
                autoComplete="off"
                className="mt-2"
                hint="For a proxy or a sandbox, such as http://127.0.0.1:12111. Leave empty otherwise."
                isMono
                label="API address"
                placeholder={texts.apiBase}
                type="url"
                value={apiBase}
                onChange={setApiBase}
              />
            </details>
            <div aria-live="polite">
              {isChecking && (
                <p className="flex items-center gap-2">
                  <Spinner /> {texts.owner ? 'Checking the code…' : 'Checking the key’s permissions…'}
                </p>
              )}
              {!isChecking && error && <Refusal error={error} retry={retry} texts={texts} />}
              {!isChecking && check && (
                <Checked
                  key={check.account.id}
                  check={check}
                  request={request}
                  retry={retry}
                  source={source.name}
                  texts={texts}
                />
              )}
            </div>
          </div>
        </Step>
      </ol>
    </section>
  )
}

/** A key, and whom it belongs to where that is entered beside it; empty until both are there. */
function ownedKey({ owner: texts }: KeyTexts, owner: string, key: string): string {
  if (!texts) return key
  return owner.trim() && key.trim() ? `${owner.trim()}:${key.trim()}` : ''
}

function Refusal({ error, retry, texts }: { error: Error; retry: () => void; texts: KeyTexts }) {
  const { title, advice, isFinal } = refusalOf(error, texts)
  return (
    <Banner
      action={
        !isFinal && (
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

/** How ids begin that the server made up, where the provider doesn't reveal its own: they say nothing to anybody. */
const DERIVED_ID = 'key_'

interface CheckedProps {
  check: KeyCheck
  request: ConnectRequest
  retry: () => void
  /** What it is called. */
  source: string
  texts: KeyTexts
}

function Checked({ check, request, retry, source, texts }: CheckedProps) {
  const { account, permissions } = check
  const [name, setName] = useState(account.name ?? '')
  const [isGdpr, setIsGdpr] = useState(false)
  const connect = useConnect()
  const missing = permissions.filter(({ state }) => state === 'missing')
  const facts = [!account.id.startsWith(DERIVED_ID) && account.id, account.country && countryName(account.country), account.default_currency?.toUpperCase()].filter(
    Boolean,
  )
  return (
    <div className="flex flex-col gap-4 text-ink">
      <div className="rounded-xl border border-line p-4">
        <p className="flex flex-wrap items-center gap-2 font-semibold">
          {account.name ?? `${source} account`}
          {check.is_test_mode && <Badge tone="warn">{testMode(request.source)}</Badge>}
          {check.is_restricted ? <Badge tone="good">{texts.restricted}</Badge> : <Badge tone="warn">{texts.full.badge}</Badge>}
        </p>
        {facts.length > 0 && <p className="text-sm text-ink-soft">{facts.join(' · ')}</p>}
        <div className="mt-3">
          <PermissionList permissions={permissions} />
        </div>
      </div>
      {!check.is_restricted && (
        <Banner title={texts.full.title} tone="warn">
          {texts.full.text}
        </Banner>
      )}
      {missing.length > 0 && (
        <Banner
          action={
            <Button size="small" onPress={retry}>
              Check again
            </Button>
          }
          title={check.can_connect ? 'You can connect, but some figures will be missing' : 'A required permission is missing'}
          tone={check.can_connect ? 'warn' : 'danger'}
        >
          {texts.grant[0]} {[...new Set(missing.map(({ permission, label }) => permission || label))].join(', ')} {texts.grant[1]}
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
              Open
            </Link>
          }
          title="This account is already connected"
          tone="info"
        >
          To use this key from now on, replace the key in the connection’s settings. All imported data stays.
        </Banner>
      ) : (
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            connect.mutate({ ...request, ...(name.trim() ? { name: name.trim() } : {}), gdpr: isGdpr })
          }}
        >
          <TextField hint="The account’s name in Chartsy. You can change it later." label="Name" value={name} onChange={setName} />
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
            Connect {account.name ?? 'account'}
          </Button>
        </form>
      )}
    </div>
  )
}
