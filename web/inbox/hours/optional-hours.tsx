import { Switch } from '@mantine/core'
import { useState } from 'react'
import type { WorkingHours } from '../../../src/domain/routing/hours.ts'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { useDraft } from '../parts/use-draft.ts'
import { routingText } from '../text/routing-text.ts'
import { HoursEditor, NEW_HOURS } from './hours-editor.tsx'

/** Hours that somebody may have of his own: begun with a switch, and taken away only after a question. */
export function OptionalHours(props: {
  readonly label: string
  readonly stored: WorkingHours | undefined
  /** What new ones begin with; an office week unless told otherwise. */
  readonly model?: WorkingHours | undefined
  readonly busy: boolean
  readonly readOnly?: boolean
  readonly weekOnly?: boolean
  /** Null takes them away. */
  readonly onSave: (schedule: WorkingHours | null) => void
}) {
  const { label, stored, busy, readOnly = false, weekOnly = false, onSave } = props
  const words = routingText.hours
  const draft = useDraft(stored ?? props.model ?? NEW_HOURS())
  const [adding, setAdding] = useState(false)
  const [asking, setAsking] = useState(false)
  // What was edited is there to be saved, also when somebody else took the hours away.
  const shown = stored !== undefined || adding || draft.dirty
  const putAway = () => {
    setAdding(false)
    draft.reset()
  }
  return (
    <>
      <Switch
        label={label}
        checked={shown}
        disabled={readOnly || busy}
        onChange={() => {
          if (!shown) setAdding(true)
          else if (stored) setAsking(true)
          else putAway()
        }}
      />
      {shown && (
        <HoursEditor draft={draft} busy={busy} readOnly={readOnly} weekOnly={weekOnly} onSave={onSave} />
      )}
      <ConfirmDialog
        opened={asking}
        danger
        title={words.dropTitle}
        question={words.dropQuestion}
        action={words.drop}
        onConfirm={() => {
          putAway()
          onSave(null)
        }}
        onClose={() => setAsking(false)}
      />
    </>
  )
}
