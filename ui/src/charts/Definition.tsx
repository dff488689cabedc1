import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { registryQuery } from '~/api/queries'
import { iconButtonClass } from '~/components/Button'
import { InfoIcon } from '~/components/icons'
import { PopoverButton } from '~/components/Overlay'

/** `metrics/mrr.md` → `mrr`. */
export const helpPageOf = (path: string) => path.replace(/^.*\//, '').replace(/\.md$/, '')

/** What a number means, from the registry that computes it. */
export function Definition({ metric }: { metric: string }) {
  const registry = useQuery(registryQuery)
  const definition = registry.data?.find((one) => one.id === metric)
  if (!definition) return null
  return <DefinitionButton formula={definition.formula} label={definition.label} page={helpPageOf(definition.docs_url)} />
}

/** The same of what is no metric of its own. */
export function DefinitionButton({ label, formula, page }: { label: string; formula: string; page: string }) {
  return (
    <PopoverButton
      button={<InfoIcon />}
      className={iconButtonClass('size-7! text-ink-faint')}
      label={`What is ${label}?`}
      popoverClassName="w-80 p-4"
      title={label}
    >
      <h3 className="font-semibold">{label}</h3>
      <p className="mt-2 rounded-lg bg-sunken px-3 py-2 text-sm leading-relaxed">{formula}</p>
      <Link className="link mt-3 inline-block text-sm" target="_blank" params={{ page }} to="/help/$page">
        Full definition
      </Link>
    </PopoverButton>
  )
}
