import type { ReactNode } from 'react'

import type { Source } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { ExternalIcon } from '~/components/icons'
import { capital } from '~/format/names'
import type { KeyTexts } from '~/sources'

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

/** Several lists share one permission of the key page, which is listed once. */
function permissionsOf(source: Source): Permission[] {
  const byName = new Map<string, Permission>()
  for (const { permission, label, is_required, without } of source.permissions) {
    const name = permission || label
    const known = byName.get(name) ?? { name, isRequired: false, without: [] }
    byName.set(name, { name, isRequired: known.isRequired || is_required, without: [...known.without, without] })
  }
  return [...byName.values()]
}

/** How to create the key, with everything that has to be allowed. */
export function KeySteps({ source, texts }: { source: Source; texts: KeyTexts }) {
  const permissions = permissionsOf(source)
  const { open, permissions: read, copy } = texts.steps
  return (
    <>
      <Step number={1} title={open.title}>
        <p>{open.text}</p>
        {source.key_link && (
          <a className={buttonClass('primary', 'medium', 'mt-3')} href={source.key_link} rel="noreferrer" target="_blank">
            {open.link} <ExternalIcon />
          </a>
        )}
      </Step>
      <Step number={2} title={read.title}>
        <p>{read.text}</p>
        <details className="mt-2">
          <summary className="link cursor-pointer">
            {read.list ?? `All ${permissions.length} permissions`}, and what you lose without each
          </summary>
          <ul className="mt-2 divide-y divide-line">
            {permissions.map(({ name, isRequired, without }) => (
              <li key={name} className="flex flex-wrap gap-x-3 py-2">
                <span className="basis-44 font-medium text-ink">
                  {name}
                  {isRequired && <span className="font-normal text-ink-soft"> (required)</span>}
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
      <Step number={3} title={copy.title}>
        <p>{copy.text}</p>
      </Step>
    </>
  )
}
