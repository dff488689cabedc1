import { TextField } from '~/components/Field'

interface PasskeyNameProps {
  error?: string | undefined
  value: string
  onChange: (name: string) => void
}

export function PasskeyName(props: PasskeyNameProps) {
  return <TextField autoComplete="off" hint="Such as the device that it is on." label="Name of the passkey" maxLength={100} {...props} />
}
