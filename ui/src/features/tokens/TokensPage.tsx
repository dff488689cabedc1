import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { sessionQuery } from '~/api/queries'
import { AskAdmin } from '~/components/AskAdmin'
import { SettingsFrame } from '~/features/settings/SettingsFrame'
import { useMay } from '~/view/useMay'
import { useTitle } from '~/view/useTitle'

import { Tokens } from './Tokens'

export function TokensPage() {
  const { data: session } = useQuery(sessionQuery)
  const mayManage = useMay('manage')
  useTitle('API tokens', session?.workspace?.name)
  return (
    <SettingsFrame
      lead={
        <>
          For scripts and BI tools. Everything on these pages is available through the{' '}
          <a className="link" href="/api/openapi.json" rel="noreferrer" target="_blank">
            API
          </a>
          .{' '}
          <Link className="link" params={{ page: 'api-tokens' }} to="/help/$page">
            How tokens work
          </Link>
        </>
      }
      title="API tokens"
    >
      {mayManage ? <Tokens /> : <AskAdmin title="Only owners and admins can manage API tokens" />}
    </SettingsFrame>
  )
}
