import { useRef } from 'react'
import type { ReactNode } from 'react'

import { Button } from './Button'

interface FileButtonProps {
  /** Which files are offered, as in `.csv,text/csv`. */
  accept: string
  isPending: boolean
  children: ReactNode
  onSelect: (file: File) => void
}

/** A button that asks for a file. */
export function FileButton({ accept, isPending, children, onSelect }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        hidden
        accept={accept}
        aria-hidden="true"
        tabIndex={-1}
        type="file"
        onChange={({ target }) => {
          const file = target.files?.item(0)
          if (file) onSelect(file)
          // The same file, changed, can be chosen again.
          target.value = ''
        }}
      />
      <Button isPending={isPending} onPress={() => input.current?.click()}>
        {children}
      </Button>
    </>
  )
}
