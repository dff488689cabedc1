import { Button } from './Button'

/** Browsers offer the clipboard only on HTTPS and on this machine. */
export function CopyButton({ text }: { text: string }) {
  if (!window.isSecureContext) return null
  return (
    <Button size="small" onPress={() => void navigator.clipboard.writeText(text)}>
      Copy
    </Button>
  )
}
