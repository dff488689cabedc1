import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { api } from '~/api/client'
import { shareLinksQuery } from '~/api/people'
import { connectionsQuery, registryQuery, sessionQuery } from '~/api/queries'
import type { ShareLink } from '~/api/types'
import { AskAdmin } from '~/components/AskAdmin'
import { Button } from '~/components/Button'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { Badge, ErrorState, SkeletonRows } from '~/components/Feedback'
import { SettingsFrame } from '~/features/settings/SettingsFrame'
import { isExpired } from '~/features/tokens/scopes'
import { formatInstant, formatInstantDay } from '~/format/date'
import { countOf } from '~/format/number'
import { LOCAL_ZONE } from '~/format/zone'
import { PAGES } from '~/view/pages'
import { useMay } from '~/view/useMay'
import { useTitle } from '~/view/useTitle'

/** Every link by which people without an account see a page, and the way to end it. */
export function ShareLinksPage() {
  const { data: session } = useQuery(sessionQuery)
  const mayShare = useMay('share')
  useTitle('Share links', session?.workspace?.name)
  return (
    <SettingsFrame
      lead={
        <>
          Links that show one page of figures to people without an account. Create them with the Share button of a page.{' '}
          <Link className="link" params={{ page: 'share-links' }} to="/help/$page">
            How sharing works
          </Link>
        </>
      }
      title="Share links"
    >
      {mayShare ? <Links /> : <AskAdmin title="Only owners, admins and members can share pages" />}
    </SettingsFrame>
  )
}

function Links() {
  const links = useQuery(shareLinksQuery)
  return (
    <section aria-label="Share links" className="card p-5">
      {links.error && !links.data && <ErrorState error={links.error} onRetry={() => void links.refetch()} />}
      {!links.data && !links.error && <SkeletonRows rows={3} />}
      {links.data?.length === 0 && <p className="text-sm text-ink-soft">No page is shared.</p>}
      {links.data && links.data.length > 0 && <LinkList links={links.data} />}
    </section>
  )
}

function LinkList({ links }: { links: readonly ShareLink[] }) {
  const client = useQueryClient()
  const [asked, setAsked] = useState<ShareLink>()
  const revoke = useMutation({
    mutationFn: (id: string) => api.delete(`/share-links/${encodeURIComponent(id)}`),
    onSuccess: () => {
      setAsked(undefined)
      return client.invalidateQueries({ queryKey: shareLinksQuery.queryKey })
    },
  })
  return (
    <>
      <ul className="-my-2.5 divide-y divide-line">
        {links.map((link) => (
          <LinkRow key={link.id} link={link} onRevoke={() => setAsked(link)} />
        ))}
      </ul>
      <ConfirmDialog
        cancel="Cancel"
        confirm="Revoke"
        error={revoke.error}
        failure="The link could not be revoked"
        isOpen={asked !== undefined}
        isPending={revoke.isPending}
        title={`Revoke ${asked?.name ?? 'this link'}?`}
        onConfirm={() => asked && revoke.mutate(asked.id)}
        onOpenChange={(isOpen) => !isOpen && setAsked(undefined)}
      >
        Anyone who has the link, or has the page open, loses access immediately. A revoked link can’t be restored.
      </ConfirmDialog>
    </>
  )
}

function LinkRow({ link, onRevoke }: { link: ShareLink; onRevoke: () => void }) {
  const { data: connections } = useQuery(connectionsQuery)
  const { data: registry } = useQuery(registryQuery)
  const metric = registry?.find(({ id }) => link.page === `metrics/${id}`)
  const page = metric?.label ?? PAGES.find(({ path }) => path === link.page)?.label ?? link.page
  const of = connections?.find(({ id }) => id === link.connection)
  const hasExpired = isExpired(link.expires_at)
  const ends = link.expires_at === null ? 'doesn’t expire' : `${hasExpired ? 'expired' : 'expires'} ${formatInstantDay(link.expires_at, LOCAL_ZONE)}`
  const opened =
    link.last_opened_at === null
      ? 'never opened'
      : `opened ${countOf(link.opened, 'time')}, last on ${formatInstant(link.last_opened_at, LOCAL_ZONE)}`
  return (
    <li className="flex flex-wrap items-center gap-3 py-2.5 text-sm">
      <span className="min-w-0 flex-1 basis-64">
        <span className="flex flex-wrap items-center gap-2">
          <bdi className="font-medium">{link.name}</bdi>
          {hasExpired && <Badge tone="warn">Expired</Badge>}
          {link.has_password && <Badge>Password</Badge>}
          {link.hides_amounts && <Badge>No amounts</Badge>}
          {link.hides_counts && <Badge>No counts</Badge>}
          {link.origins.length > 0 && <Badge>Embedded</Badge>}
        </span>
        <span className="num block text-[0.8125rem] whitespace-normal! text-ink-soft">
          <a className="link" href={`/c/${encodeURIComponent(link.connection)}/${link.page}?${link.view}`}>
            {page}
          </a>
          {of && (
            <>
              {' '}
              of <bdi>{of.name}</bdi>
            </>
          )}{' '}
          · created by <bdi>{link.created_by}</bdi> on {formatInstantDay(link.created_at, LOCAL_ZONE)} · {ends} · {opened}
          {link.origins.length > 0 && ` · on ${link.origins.join(', ')}`}
        </span>
      </span>
      <Button aria-label={`Revoke ${link.name}`} kind="danger" size="small" onPress={onRevoke}>
        Revoke
      </Button>
    </li>
  )
}
