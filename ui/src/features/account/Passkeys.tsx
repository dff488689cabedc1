import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { api } from '~/api/client'
import { browserSessionsQuery, passkeysQuery } from '~/api/people'
import type { Passkey, PasskeyChallenge, Passkeys as PasskeyList } from '~/api/types'
import { Button } from '~/components/Button'
import { Badge, Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { formatInstant } from '~/format/date'
import { LOCAL_ZONE } from '~/format/zone'

import { agentName } from './agent'
import { PasskeyName } from './PasskeyName'
import { PasswordDialog } from './PasswordDialog'
import { RenamePasskey } from './RenamePasskey'
import { createPasskey, knowsPasskeys } from './webauthn'

const PATH = '/me/passkeys'

const suggestedName = () => agentName(navigator.userAgent)

type Asked = { what: 'add' } | { what: 'remove'; passkey: Passkey }

/** Signing in with what unlocks a device. Each change of who can sign in needs the password again. */
export function Passkeys() {
  const passkeys = useQuery(passkeysQuery)
  const client = useQueryClient()
  const [asked, setAsked] = useState<Asked>()
  const [name, setName] = useState('')
  const [renamed, setRenamed] = useState<Passkey>()
  const refresh = () => Promise.all([passkeysQuery, browserSessionsQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })))
  const proved = useMutation({
    mutationFn: async ({ now, password }: { now: Asked; password: string }) => {
      if (now.what === 'remove') return api.post<void>(`${PATH}/${encodeURIComponent(now.passkey.id)}/remove`, { password })
      const { public_key } = await api.post<PasskeyChallenge>(`${PATH}/begin`, { password })
      const credential = await createPasskey(public_key)
      return api.post<Passkey>(PATH, { name: name.trim() || suggestedName(), credential })
    },
    onSuccess: () => {
      setAsked(undefined)
      return refresh()
    },
  })
  const ask = (next: Asked) => {
    proved.reset()
    setName(suggestedName())
    setAsked(next)
  }
  const { data } = passkeys
  return (
    <section aria-label="Passkeys" className="card flex flex-col gap-4 p-5">
      <div>
        <h2 className="text-lg font-semibold">Passkeys</h2>
        <p className="text-sm text-ink-soft">
          Sign in with your fingerprint, your face or the PIN of your device, or with a security key. A passkey can’t be guessed or given away to a fake
          website, and it counts as two-factor sign-in.{' '}
          <Link className="link" params={{ page: 'passkeys' }} to="/help/$page">
            About passkeys
          </Link>
        </p>
      </div>
      {passkeys.error && !data && <ErrorState error={passkeys.error} onRetry={() => void passkeys.refetch()} />}
      {!data && !passkeys.error && <SkeletonRows rows={2} />}
      {data && data.data.length > 0 && (
        <ul className="divide-y divide-line border-t border-line">
          {data.data.map((passkey) => (
            <Row key={passkey.id} passkey={passkey} onRemove={() => ask({ what: 'remove', passkey })} onRename={() => setRenamed(passkey)} />
          ))}
        </ul>
      )}
      {data && <Add list={data} onAdd={() => ask({ what: 'add' })} />}
      <PasswordDialog
        {...textOf(asked)}
        error={proved.error}
        isOpen={asked !== undefined}
        isPending={proved.isPending}
        onClose={() => setAsked(undefined)}
        onConfirm={(password) => asked && proved.mutate({ now: asked, password })}
      >
        {asked?.what === 'add' && <PasskeyName value={name} onChange={setName} />}
      </PasswordDialog>
      <RenamePasskey passkey={renamed} onClose={() => setRenamed(undefined)} onRenamed={refresh} />
    </section>
  )
}

function Row({ passkey, onRename, onRemove }: { passkey: Passkey; onRename: () => void; onRemove: () => void }) {
  const used = passkey.last_used_at === null ? 'never used' : `last used ${formatInstant(passkey.last_used_at, LOCAL_ZONE)}`
  return (
    <li className="flex flex-wrap items-center gap-3 py-2.5 text-sm">
      <span className="min-w-0 flex-1 basis-52">
        <span className="flex flex-wrap items-center gap-2">
          <bdi className="font-medium wrap-anywhere">{passkey.name}</bdi>
          {!passkey.is_usable && <Badge tone="warn">Only works at {passkey.host}</Badge>}
        </span>
        <span className="block text-[0.8125rem] text-ink-soft">
          Added {formatInstant(passkey.created_at, LOCAL_ZONE)} · {used}
        </span>
      </span>
      <span className="flex gap-3">
        <Button aria-label={`Rename ${passkey.name}`} size="small" onPress={onRename}>
          Rename…
        </Button>
        <Button aria-label={`Remove ${passkey.name}`} kind="danger" size="small" onPress={onRemove}>
          Remove…
        </Button>
      </span>
    </li>
  )
}

/** The button, or why there is none. */
function Add({ list: { offered_at, not_offered }, onAdd }: { list: PasskeyList; onAdd: () => void }) {
  if (not_offered !== null || offered_at === null) {
    return (
      <Banner title="Passkeys can’t be used on this server" tone="warn">
        {not_offered === 'not_encrypted'
          ? 'Browsers allow passkeys only over an encrypted connection (HTTPS). '
          : 'Browsers allow passkeys only at the name of a host, and this server is opened at an IP address. '}
        The person who runs the server can set it up with HTTPS and --public-url.
      </Banner>
    )
  }
  if (offered_at !== window.location.origin) {
    return (
      <Banner title="Passkeys work at another address of this server" tone="info">
        Open{' '}
        <a className="link" href={`${offered_at}/settings/account`}>
          {offered_at}
        </a>{' '}
        and sign in there to add one.
      </Banner>
    )
  }
  if (!knowsPasskeys()) {
    return (
      <Banner title="This browser doesn’t support passkeys" tone="info">
        Use a recent version of Chrome, Edge, Firefox or Safari.
      </Banner>
    )
  }
  return (
    <div>
      <Button onPress={onAdd}>Add a passkey…</Button>
    </div>
  )
}

function textOf(asked: Asked | undefined): { title: string; confirm: string; text: string } {
  if (asked?.what !== 'remove') return { title: 'Add a passkey', confirm: 'Continue', text: 'Name the passkey and enter your password. Then your browser asks where to keep it.' }
  return {
    title: `Remove ${asked.passkey.name}?`,
    confirm: 'Remove',
    text: 'Nobody can sign in with it anymore, and your other sessions are signed out. Delete the passkey from your device too.',
  }
}
