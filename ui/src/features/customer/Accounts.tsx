import { Link } from '@tanstack/react-router'

import type { CustomerDetail } from '~/api/types'
import { ExternalIcon } from '~/components/icons'
import { keptSearch } from '~/view/useView'

import { Section } from './Section'

/** The accounts that a customer is in, where all of them are looked at together. */
export function Accounts({ accounts }: Pick<CustomerDetail, 'accounts'>) {
  return (
    <Section count={accounts.length} title="Accounts">
      <ul className="divide-y divide-line">
        {accounts.map((account) => (
          <li key={account.connection_id} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-2.5 text-sm sm:px-5">
            <Link
              className="link font-medium"
              params={{ connectionId: account.connection_id, customerId: account.customer_id }}
              search={keptSearch}
              to="/c/$connectionId/customers/$customerId"
            >
              <bdi>{account.name}</bdi>
            </Link>
            <code className="min-w-0 truncate font-mono text-xs text-ink-soft">{account.customer_id}</code>
            {account.provider_url && (
              <a className="link ml-auto" href={account.provider_url} rel="noreferrer" target="_blank">
                Open in the billing system <ExternalIcon />
              </a>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** Which account something is of, where there may be several. */
export function AccountName({ name }: { name: string | null }) {
  return name === null ? null : <bdi className="block text-xs text-ink-soft">{name}</bdi>
}
