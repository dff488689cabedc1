import { CheckIcon } from '~/components/icons'

import { PASSWORD_RULES } from './rules'

/** Which of the rules a password meets so far. */
export function PasswordRules({ password }: { password: string }) {
  return (
    <ul aria-label="Password rules" className="grid grid-cols-2 gap-x-3 gap-y-1 text-[0.8125rem]">
      {PASSWORD_RULES.map((rule) => {
        const isMet = rule.isMet(password)
        return (
          <li key={rule.id} className={`flex items-center gap-1.5 ${isMet ? 'text-up' : 'text-ink-soft'}`}>
            {isMet ? (
              <CheckIcon className="size-3.5" />
            ) : (
              <span aria-hidden="true" className="mx-1 size-1.5 rounded-full bg-current" />
            )}
            {rule.label}
            <span className="sr-only">{isMet ? ' (met)' : ' (not yet met)'}</span>
          </li>
        )
      })}
    </ul>
  )
}
