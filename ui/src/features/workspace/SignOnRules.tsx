import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { api, failureText } from '~/api/client'
import { signOnRulesQuery } from '~/api/people'
import type { Role, SignOnRule } from '~/api/types'
import { Banner, ErrorState } from '~/components/Feedback'
import { Select } from '~/components/Select'
import { Toggle } from '~/components/Toggle'
import { ROLE, ROLES, asRole } from '~/view/roles'

/** What single sign-on means in the workspace. Not shown where the person who runs the server has given it no domain. */
export function SignOnRules({ mayChange }: { mayChange: boolean }) {
  const rules = useQuery(signOnRulesQuery)
  if (rules.error && !rules.data) return <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />
  if (!rules.data || rules.data.length === 0) return null
  return (
    <section aria-label="Single sign-on" className="card flex flex-col gap-5 p-5">
      <div>
        <h2 className="text-lg font-semibold">Single sign-on</h2>
        <p className="text-sm text-ink-soft">
          People with these email domains can sign in at an identity provider. The person who runs this server sets up providers and domains.{' '}
          <Link className="link" params={{ page: 'single-sign-on' }} to="/help/$page">
            About single sign-on
          </Link>
        </p>
      </div>
      {rules.data.map((rule) => (
        <div key={rule.id} className="flex flex-col gap-4 border-t border-line pt-5">
          <h3 className="font-medium wrap-anywhere">
            @{rule.domain} <span className="font-normal text-ink-soft">with {rule.provider.name}</span>
          </h3>
          {mayChange ? <Terms rule={rule} /> : <p className="text-sm text-ink-soft">{sentencesOf(rule)} Only owners can change this.</p>}
        </div>
      ))}
    </section>
  )
}

function sentencesOf({ provider, role, is_two_factor, is_required }: SignOnRule): string {
  const parts = [role === null ? 'Nobody joins automatically.' : `People join ${asRole(role)} when they first sign in.`]
  if (is_two_factor) parts.push(`Signing in with ${provider.name} counts as two-factor sign-in.`)
  if (is_required) parts.push(`Members have to sign in with ${provider.name}.`)
  return parts.join(' ')
}

const NOBODY = 'nobody'
type Joins = Role | typeof NOBODY

const OPTIONS: readonly { id: Joins; label: string; hint: string }[] = [
  { id: NOBODY, label: 'Nobody joins automatically', hint: 'Members are invited' },
  ...ROLES.filter((role) => role !== 'owner')
    .toReversed()
    .map((role) => ({ id: role, ...ROLE[role] })),
]

type Change = Partial<Pick<SignOnRule, 'role' | 'is_two_factor' | 'is_required'>>

function Terms({ rule }: { rule: SignOnRule }) {
  const { role, is_two_factor, is_required, provider, domain } = rule
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: (change: Change) =>
      api.put<SignOnRule>(`/sign-on/rules/${encodeURIComponent(rule.id)}`, { role, is_two_factor, is_required, ...change }),
    onSettled: () => client.invalidateQueries({ queryKey: signOnRulesQuery.queryKey }),
  })
  return (
    <>
      {save.error && (
        <Banner title="The setting could not be saved" tone="danger">
          {failureText(save.error)}
        </Banner>
      )}
      <Select
        className="max-w-sm"
        label="Role of new members"
        options={OPTIONS}
        value={role ?? NOBODY}
        onChange={(next) => save.mutate({ role: next === NOBODY ? null : next })}
      />
      <Toggle
        hint={`Choose this only if ${provider.name} asks for a second factor itself.`}
        isDisabled={save.isPending}
        isSelected={is_two_factor}
        label="Counts as two-factor sign-in"
        onChange={(next) => save.mutate({ is_two_factor: next })}
      />
      <Toggle
        hint={`Members with an address at ${domain} see nothing in this workspace unless they sign in with ${provider.name}, which then counts as two-factor sign-in. Owners can always use their password, so that nobody is locked out if ${provider.name} fails.`}
        isDisabled={save.isPending}
        isSelected={is_required}
        label="Require single sign-on"
        onChange={(next) => save.mutate({ is_required: next })}
      />
    </>
  )
}
