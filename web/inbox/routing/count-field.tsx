import { TextInput } from '@mantine/core'
import css from './fields.module.css'

/** A whole number, or nothing: an empty field is `undefined`. */
export function CountField(props: {
  readonly label: string
  readonly labelHidden?: boolean
  readonly value: number | undefined
  readonly least?: number
  readonly most?: number
  readonly placeholder?: string
  readonly onChange: (value: number | undefined) => void
}) {
  const { label, labelHidden, value, least = 0, most = 1_000, placeholder, onChange } = props
  return (
    <TextInput
      type="number"
      min={least}
      max={most}
      step={1}
      classNames={{ wrapper: css['amount'] ?? '' }}
      label={labelHidden ? undefined : label}
      aria-label={labelHidden ? label : undefined}
      placeholder={placeholder}
      value={value ?? ''}
      onChange={({ currentTarget }) => {
        const typed = currentTarget.value.trim()
        const number = Math.round(Number(typed))
        if (typed === '') onChange(undefined)
        else if (Number.isFinite(number)) onChange(Math.min(most, Math.max(least, number)))
      }}
    />
  )
}
