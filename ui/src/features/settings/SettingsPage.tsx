import { PageHead } from '~/components/PageHead'
import { useTitle } from '~/view/useTitle'
import { useConnection } from '~/view/useView'

import { ConnectionSection } from './ConnectionSection'
import { PrivacySection } from './PrivacySection'
import { RatesSection } from './RatesSection'
import { RulesSection } from './RulesSection'
import { TokensSection } from './TokensSection'

export function SettingsPage() {
  const connection = useConnection()
  useTitle('Settings', connection.name)
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      <PageHead
        lead="Metric rules and connection details."
        title="Settings"
      />
      <RulesSection connection={connection} />
      <RatesSection />
      <PrivacySection connection={connection} />
      <ConnectionSection connection={connection} />
      <TokensSection />
    </div>
  )
}
