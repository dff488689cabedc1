import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { api, failureText } from '~/api/client'
import { twoFactorQuery } from '~/api/people'
import { sessionQuery } from '~/api/queries'
import type { Workspace } from '~/api/types'
import { Banner } from '~/components/Feedback'
import { Toggle } from '~/components/Toggle'

/** Whoever requires it has to have it: they would be the first to be kept out. */
export function RequireTwoFactor({ workspace }: { workspace: Workspace }) {
  const { data: own } = useQuery(twoFactorQuery)
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: (requires_two_factor: boolean) => api.patch<Workspace>('/workspace', { requires_two_factor }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  })
  const isOn = workspace.requires_two_factor
  const mustSetUp = own?.is_proved === false && !isOn
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-5">
      <Toggle
        hint="Members without it can’t see anything in this workspace until they set it up."
        isDisabled={change.isPending || own === undefined || mustSetUp}
        isSelected={isOn}
        label="Require two-factor sign-in"
        onChange={(next) => change.mutate(next)}
      />
      {mustSetUp && (
        <p className="pl-12 text-[0.8125rem] text-ink-soft">
          <Link className="link" to="/settings/account">
            Set it up for yourself
          </Link>{' '}
          or sign in with a passkey before you require it of others.
        </p>
      )}
      {change.error && (
        <Banner title="The setting could not be saved" tone="danger">
          {failureText(change.error)}
        </Banner>
      )}
    </div>
  )
}
