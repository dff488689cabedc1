import { Button } from './Button'

/** The clipboard is there only where the page came over a safe way. */
export function CopyButton({ text }: { text: string }) {
  if (!window.isSecureContext) return null
  return (
    <Button size="small" onPress={() => void navigator.clipboard.writeText(text)}>
      Copy
    </Button>
  )
}
