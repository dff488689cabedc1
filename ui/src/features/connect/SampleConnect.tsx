import { ApiError } from '~/api/client'
import type { Source } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'

import { useConnect } from './useConnect'

export function SampleConnect({ source }: { source: Source }) {
  const connect = useConnect()
  return (
    <section aria-label={source.name} className="flex flex-col gap-3">
      {connect.error && (
        <Banner title={connect.error.message} tone="danger">
          {connect.error instanceof ApiError && connect.error.problem.action}
        </Banner>
      )}
      <ul className="flex flex-col gap-3">
        {source.merchants.map((merchant) => (
          <li key={merchant.id} className="card flex flex-wrap items-center gap-3 p-5">
            <div className="min-w-0 flex-1 basis-60">
              <p className="font-semibold">{merchant.name}</p>
              <p className="text-sm text-ink-soft">{merchant.description}</p>
            </div>
            <Button
              aria-label={`Connect ${merchant.name}`}
              isDisabled={connect.isPending}
              isPending={connect.isPending && connect.variables.merchant === merchant.id}
              kind="primary"
              size="small"
              onPress={() => connect.mutate({ source: source.id, merchant: merchant.id })}
            >
              Connect
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
