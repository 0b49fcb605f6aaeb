import { Input, NativeSelect, TextInput } from '@mantine/core'
import { useId, useState } from 'react'
import { routingText } from '../text/routing-text.ts'
import { DURATION_UNITS, type DurationUnit, joinDuration, splitDuration } from './durations.ts'
import css from './fields.module.css'

/** How long: a number and its unit. */
export function DurationField(props: {
  readonly label: string
  readonly hint?: string
  readonly labelHidden?: boolean
  readonly value: number
  readonly error?: string | undefined
  readonly units?: readonly DurationUnit[]
  readonly onChange: (ms: number) => void
}) {
  const { label, hint, labelHidden, value, error, onChange } = props
  const units = props.units ?? ['seconds', 'minutes', 'hours', 'days']
  const split = splitDuration(value)
  // A chosen unit stays while the number would also fit a larger one: 60 minutes are not yet an hour.
  const [unit, setUnit] = useState<DurationUnit>(split.unit)
  const [typed, setTyped] = useState<string>()
  const hintId = useId()
  const fieldId = useId()
  const fits = value % joinDuration({ amount: 1, unit }) === 0
  // What came from elsewhere may not be a whole number of the unit that was chosen here.
  const unitNow = typed !== undefined || fits ? unit : split.unit
  const shown = typed ?? String(value / joinDuration({ amount: 1, unit: unitNow }))
  const learn = (text: string, of: DurationUnit) => {
    const amount = Number(text)
    if (text.trim() !== '' && Number.isFinite(amount) && amount >= 0)
      onChange(joinDuration({ amount, unit: of }))
  }
  return (
    <div className={css['duration']}>
      {!labelHidden && (
        <Input.Label htmlFor={fieldId} className={css['label'] ?? ''}>
          {label}
        </Input.Label>
      )}
      <TextInput
        type="number"
        min={0}
        id={fieldId}
        className={css['amount']}
        aria-label={labelHidden ? label : undefined}
        aria-describedby={hint ? hintId : undefined}
        value={shown}
        error={error !== undefined}
        onChange={({ currentTarget }) => {
          setUnit(unitNow)
          setTyped(currentTarget.value)
          learn(currentTarget.value, unitNow)
        }}
        onBlur={() => setTyped(undefined)}
      />
      <NativeSelect
        aria-label={routingText.unitOf(label)}
        value={unitNow}
        data={DURATION_UNITS.filter((one) => units.includes(one.unit))
          .reverse()
          .map((one) => ({ value: one.unit, label: routingText.units[one.unit] }))}
        onChange={({ currentTarget }) => {
          const next = units.find((one) => one === currentTarget.value) ?? unit
          setUnit(next)
          learn(shown, next)
        }}
      />
      {(error ?? hint) && (
        <p id={hintId} className={error ? css['error'] : css['hint']}>
          {error ?? hint}
        </p>
      )}
    </div>
  )
}
