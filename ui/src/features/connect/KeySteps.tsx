import type { ReactNode } from 'react'

import type { Source } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { ExternalIcon } from '~/components/icons'
import { capital } from '~/format/names'

export function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li className="flex gap-4">
      <span
        aria-hidden="true"
        className="num grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-sm font-semibold text-accent"
      >
        {number}
      </span>
      <div className="min-w-0 flex-1 pt-0.5">
        <h2 className="font-semibold">{title}</h2>
        <div className="mt-1.5 text-sm text-ink-soft">{children}</div>
      </div>
    </li>
  )
}

interface Permission {
  name: string
  isRequired: boolean
  without: string[]
}

/** Several lists share one permission of the key page: it is to be ticked once. */
function permissionsOf(source: Source): Permission[] {
  const byName = new Map<string, Permission>()
  for (const { permission, label, is_required, without } of source.permissions) {
    const name = permission || label
    const known = byName.get(name) ?? { name, isRequired: false, without: [] }
    byName.set(name, { name, isRequired: known.isRequired || is_required, without: [...known.without, without] })
  }
  return [...byName.values()]
}

/** How to make the key, with everything that is to be ticked. */
export function KeySteps({ source }: { source: Source }) {
  const permissions = permissionsOf(source)
  return (
    <>
      <Step number={1} title="Open Stripe’s page for a new restricted key">
        <p>
          A restricted key can only do what you tick. Its name and the permissions are filled in already; you need to be an
          administrator of the Stripe account.
        </p>
        {source.key_link && (
          <a className={buttonClass('primary', 'medium', 'mt-3')} href={source.key_link} rel="noreferrer" target="_blank">
            Open Stripe’s key page <ExternalIcon />
          </a>
        )}
      </Step>
      <Step number={2} title="Check that these are set to Read">
        <p>
          Nothing needs Write, but webhook endpoints may have it where Stripe can reach this server: then changes show within a
          second. What is not marked as needed can be left out; what is then absent is said below and marked on the pages.
        </p>
        <details className="mt-2">
          <summary className="link cursor-pointer">All {permissions.length} permissions, and what is absent without each</summary>
          <ul className="mt-2 divide-y divide-line">
            {permissions.map(({ name, isRequired, without }) => (
              <li key={name} className="flex flex-wrap gap-x-3 py-2">
                <span className="basis-44 font-medium text-ink">
                  {name}
                  {isRequired && <span className="font-normal text-ink-soft"> (needed)</span>}
                </span>
                <span className="min-w-0 flex-1 basis-60">
                  {without.map((text) => (
                    <span key={text} className="block">
                      {capital(text)}
                    </span>
                  ))}
                </span>
              </li>
            ))}
          </ul>
        </details>
      </Step>
      <Step number={3} title="Create the key and copy it">
        <p>
          It begins with <code className="font-mono text-ink">rk_live_</code>, or with{' '}
          <code className="font-mono text-ink">rk_test_</code> in test mode. Stripe shows it once.
        </p>
      </Step>
    </>
  )
}
