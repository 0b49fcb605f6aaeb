import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { routingText } from '../text/routing-text.ts'
import css from './fields.module.css'

/** A whole number, or nothing: an empty field is `undefined`. What is out of range becomes the limit, and says so. */
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
  const [typed, setTyped] = useState<string>()
  const [outside, setOutside] = useState(false)
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
      error={outside ? routingText.between(least, most) : undefined}
      value={typed ?? value ?? ''}
      onChange={({ currentTarget }) => {
        const text = currentTarget.value.trim()
        const number = Math.round(Number(text))
        setTyped(text)
        setOutside(text !== '' && !(number >= least && number <= most))
        if (text === '') onChange(undefined)
        else if (Number.isFinite(number)) onChange(Math.min(most, Math.max(least, number)))
      }}
      onBlur={() => setTyped(undefined)}
    />
  )
}
