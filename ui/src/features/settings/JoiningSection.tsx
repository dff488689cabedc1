import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, failureText } from '~/api/client'
import type { JoiningRules } from '~/api/queries'
import { connectionsQuery, joiningPreviewQuery, joiningQuery, ledgerKey, workspaceSettingsQuery } from '~/api/queries'
import type { Connection, JoiningSummary, WorkspaceSettings } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Toggle } from '~/components/Toggle'
import { CountedOnce } from '~/features/together/CountedOnce'
import { countOf } from '~/format/number'

import { JoiningPreviewTable } from './JoiningPreviewTable'

/** Which customers of several accounts are counted as one. */
export function JoiningSection({ connection }: { connection: Connection }) {
  const settings = useQuery(workspaceSettingsQuery)
  return (
    <section aria-label="One customer, several accounts" className="card p-5">
      <h2 className="text-lg font-semibold">One customer, several accounts</h2>
      <p className="mt-1 text-sm text-ink-soft">
        A customer who moved from one account to another is counted as one: neither churned nor new.
      </p>
      {settings.error && !settings.data && <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />}
      {!settings.data && !settings.error && <SkeletonRows rows={3} />}
      {settings.data && (
        <JoiningForm key={JSON.stringify(rulesIn(settings.data))} before={rulesIn(settings.data)} connection={connection} />
      )}
    </section>
  )
}

const rulesIn = ({ join_imported, join_by_email }: WorkspaceSettings): JoiningRules => ({
  join_imported: join_imported ?? true,
  join_by_email: join_by_email ?? false,
})

function JoiningForm({ connection, before }: { connection: Connection; before: JoiningRules }) {
  const [draft, setDraft] = useState(before)
  const client = useQueryClient()
  const isChanged = draft.join_imported !== before.join_imported || draft.join_by_email !== before.join_by_email
  const summary = useQuery(joiningQuery(connection.id))
  const preview = useQuery({ ...joiningPreviewQuery(connection.id, draft), enabled: isChanged })
  const apply = useMutation({
    mutationFn: async () => {
      // The request replaces the other settings, too: what was saved in their own section meanwhile must stay.
      const now = await client.fetchQuery({ ...workspaceSettingsQuery, staleTime: 0 })
      return api.put<WorkspaceSettings>('/workspace/settings', { ...now, ...draft })
    },
    onSuccess: () =>
      Promise.all(
        [workspaceSettingsQuery.queryKey, connectionsQuery.queryKey, ledgerKey(connection.id)].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  })
  const change = (patch: Partial<JoiningRules>) => {
    apply.reset()
    setDraft((now) => ({ ...now, ...patch }))
  }
  return (
    <div className="mt-4 flex flex-col gap-5">
      <Toggle
        hint="A billing system that imported customers from another one keeps their old IDs, and Chartsy matches customers by them. A subscription that was moved counts in the old account until the day it begins in the new one."
        isSelected={draft.join_imported}
        label="Join customers that were imported"
        onChange={(join_imported) => change({ join_imported })}
      />
      <Toggle
        hint="Off by default. Customers are joined if each account has exactly one of them with the address. In GDPR mode, Chartsy keeps a keyed hash of the address while this is on."
        isSelected={draft.join_by_email}
        label="Join customers with the same email address"
        onChange={(join_by_email) => change({ join_by_email })}
      />
      {!isChanged && summary.data && <Joined summary={summary.data} rules={before} />}
      {isChanged && (
        <div aria-live="polite" className="flex flex-col gap-4 rounded-xl border border-line p-4">
          <h3 className="font-semibold">What would change</h3>
          {preview.isPending && <SkeletonRows rows={4} />}
          {preview.error && <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />}
          {preview.data && (
            <>
              <JoiningPreviewTable preview={preview.data} />
              <Open rules={draft} summary={preview.data} />
            </>
          )}
          {apply.error && (
            <Banner title="The settings could not be saved" tone="danger">
              {failureText(apply.error)}
            </Banner>
          )}
          <div className="flex flex-wrap gap-2">
            <Button isPending={apply.isPending} kind="primary" onPress={() => apply.mutate()}>
              Apply
            </Button>
            <Button kind="quiet" onPress={() => setDraft(before)}>
              Discard
            </Button>
          </div>
        </div>
      )}
    </div>
  )
}

/** What the rules that are in force join. */
function Joined({ summary, rules }: { summary: JoiningSummary; rules: JoiningRules }) {
  return (
    <div className="flex flex-col gap-3 text-sm">
      <p>
        {summary.joined_customers === 0
          ? 'No customer is in more than one account.'
          : `${countOf(summary.joined_customers, 'customer is', 'customers are')} in more than one account and counted once.`}
      </p>
      <CountedOnce summary={summary} />
      <Open rules={rules} summary={summary} />
    </div>
  )
}

/** What the rules leave open. */
function Open({ summary, rules }: { summary: JoiningSummary; rules: JoiningRules }) {
  return (
    <>
      {summary.ambiguous_emails > 0 && (
        <p className="text-sm text-ink-soft">
          {countOf(summary.ambiguous_emails, 'email address belongs', 'email addresses belong')} to several customers of one account.
          These customers are not joined.
        </p>
      )}
      {rules.join_by_email && summary.without_email > 0 && (
        <Banner
          title={`${countOf(summary.without_email, 'customer', 'customers')} of accounts in GDPR mode can’t be compared`}
          tone="info"
        >
          Their email addresses are not stored. Once this is on, Chartsy keeps a hash of each address when it reads the customer. To
          read all of them now, open the account’s settings below and choose “Reload all data”. Customers without an address are
          never joined by it.
        </Banner>
      )}
    </>
  )
}
