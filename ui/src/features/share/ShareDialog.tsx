import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useLocation, useSearch } from '@tanstack/react-router'
import { useState } from 'react'

import { ApiError, api, failureText } from '~/api/client'
import { shareLinksQuery } from '~/api/people'
import { connectionPath, registryQuery } from '~/api/queries'
import type { CreatedShareLink } from '~/api/types'
import { Button, buttonClass } from '~/components/Button'
import { CopyButton } from '~/components/CopyButton'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { Dialog } from '~/components/Overlay'
import { Select } from '~/components/Select'
import { Toggle } from '~/components/Toggle'
import type { Lifetime } from '~/features/tokens/scopes'
import { LIFETIMES, expiryOf } from '~/features/tokens/scopes'
import { formatRange } from '~/format/date'
import { controlsOf, pageOf } from '~/view/pages'
import type { RawSearch } from '~/view/search'
import type { View } from '~/view/useView'

import { viewToShare } from './viewToShare'

interface Props {
  /** As the server names it. */
  page: string
  view: View
  onClose: () => void
}

export default function ShareDialog({ onClose, ...form }: Props) {
  return (
    <Dialog isOpen title="Share this page" onOpenChange={(isOpen) => !isOpen && onClose()}>
      <ShareForm {...form} onClose={onClose} />
    </Dialog>
  )
}

/** What somebody with the link will see: the page as it is now, as far as these choices show it. */
function useShare(page: string, view: View) {
  const { pathname } = useLocation()
  const search: RawSearch = useSearch({ strict: false })
  const { data: registry } = useQuery(registryQuery)
  const metric = registry?.find(({ id }) => page === `metrics/${id}`)
  const title = metric?.label ?? pageOf(pathname)?.label ?? ''
  const client = useQueryClient()
  const [form, setForm] = useState({
    name: '',
    password: '',
    sites: '',
    lifetime: '90' as Lifetime,
    isFixed: false,
    hidesAmounts: false,
    hidesCounts: false,
  })
  const create = useMutation({
    mutationFn: () =>
      api.post<CreatedShareLink>(`${connectionPath(view.connection.id)}/share-links`, {
        name: form.name.trim() || title,
        page,
        view: viewToShare(page, view, search, form),
        password: form.password === '' ? null : form.password,
        expires_at: expiryOf(form.lifetime) ?? null,
        hides_amounts: form.hidesAmounts,
        hides_counts: form.hidesCounts,
        origins: form.sites.split(/[\s,]+/).filter(Boolean),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: shareLinksQuery.queryKey }),
  })
  const controls = controlsOf(pathname)
  return {
    form,
    set: (patch: Partial<typeof form>) => setForm((before) => ({ ...before, ...patch })),
    create,
    title,
    canFix: controls.includes('range') && view.search.range !== 'custom',
  }
}

function ShareForm({ page, view, onClose }: Props) {
  const { form, set, create, title, canFix } = useShare(page, view)
  if (create.data) return <Created link={create.data} onClose={onClose} />
  const { error } = create
  const field = error instanceof ApiError ? error.problem.field : undefined
  const errorOf = (name: string) => (error && field === name ? failureText(error) : undefined)
  const days = formatRange(view.period.start, view.period.end)
  return (
    <form
      noValidate
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault()
        create.mutate()
      }}
    >
      <p className="text-sm text-ink-soft">
        Anyone with the link can see this page, with its range, currency and filters as they are now. They see no customers, no other page,
        and can’t change anything.{' '}
        <Link className="link" params={{ page: 'share-links' }} target="_blank" to="/help/$page">
          How sharing works
        </Link>
      </p>
      {error && !['name', 'password', 'origins'].includes(field ?? '') && (
        <Banner title="The link was not created" tone="danger">
          {failureText(error)}
        </Banner>
      )}
      <TextField
        error={errorOf('name')}
        hint="Only your team sees it."
        label="Name"
        maxLength={100}
        placeholder={title}
        value={form.name}
        onChange={(name) => set({ name })}
      />
      {canFix && (
        <Toggle
          hint={`Always show ${days}. Otherwise, the range moves on with time.`}
          isSelected={form.isFixed}
          label="Keep these dates"
          onChange={(isFixed) => set({ isFixed })}
        />
      )}
      <Toggle
        hint="Amounts are replaced by index numbers, so that only shapes and percentages are left."
        isSelected={form.hidesAmounts}
        label="Hide amounts"
        onChange={(hidesAmounts) => set({ hidesAmounts, ...(hidesAmounts ? {} : { hidesCounts: false }) })}
      />
      <Toggle
        hint="Numbers of customers, subscriptions, trials and payments are left out, and averages that would reveal them. Hides amounts as well."
        isSelected={form.hidesCounts}
        label="Hide counts"
        onChange={(hidesCounts) => set({ hidesCounts, ...(hidesCounts ? { hidesAmounts: true } : {}) })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          autoComplete="new-password"
          error={errorOf('password')}
          hint="Optional, at least 8 characters."
          label="Password"
          type="password"
          value={form.password}
          onChange={(password) => set({ password })}
        />
        <Select label="Expiration" options={LIFETIMES} value={form.lifetime} onChange={(lifetime) => set({ lifetime })} />
      </div>
      <TextField
        error={errorOf('origins')}
        hint="Optional: the sites that may show the page in a frame, separated by spaces."
        label="Embed on"
        placeholder="https://intranet.example.com"
        value={form.sites}
        onChange={(sites) => set({ sites })}
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button isPending={create.isPending} kind="primary" type="submit">
          Create link
        </Button>
      </div>
    </form>
  )
}

/** Under the address that the page itself was opened at. */
function addressOf({ url }: CreatedShareLink): string {
  const { pathname, hash } = new URL(url)
  return `${window.location.origin}${pathname}${hash}`
}

function Created({ link, onClose }: { link: CreatedShareLink; onClose: () => void }) {
  const address = addressOf(link)
  const frame = `<iframe src="${address}" title="${link.name.replaceAll('"', '&quot;')}" width="100%" height="900" style="border: 0"></iframe>`
  return (
    <div className="flex flex-col gap-4">
      <Banner action={<CopyButton text={address} />} title="Copy the link now. It won’t be shown again." tone="good">
        <code className="font-mono text-ink break-all">{address}</code>
      </Banner>
      {link.origins.length > 0 && (
        <Banner action={<CopyButton text={frame} />} title="To embed the page" tone="info">
          <code className="font-mono text-ink break-all">{frame}</code>
        </Banner>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Link className={buttonClass('quiet')} to="/settings/share-links">
          All share links
        </Link>
        <Button kind="primary" onPress={onClose}>
          Done
        </Button>
      </div>
    </div>
  )
}
