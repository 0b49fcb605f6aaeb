import { ActionIcon, NativeSelect, Switch } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconGripVertical, IconTrash } from '@tabler/icons-react'
import type { DragEvent, KeyboardEvent } from 'react'
import { useRef, useState } from 'react'
import type { AssignmentStep } from '../../../src/domain/routing/policy.ts'
import type { PolicyIssue } from '../../../src/domain/routing/policy-check.ts'
import { STRATEGIES } from '../../shared/routing-values.ts'
import { cx } from '../parts/class-names.ts'
import { routingText } from '../text/routing-text.ts'
import { DurationField } from './duration-field.tsx'
import { IssueList } from './issue-list.tsx'
import { placeOf } from './policy-draft.ts'
import css from './step-card.module.css'
import { StepTarget } from './step-target.tsx'

/** Parts of a step that say themselves what is wrong with them. */
const PLACED = ['target', 'waitMs']
const DRAGGED = 'application/x-tributary-step'

/** One step of a policy: whom, how, and how long. Moves by mouse and by keyboard. */
export function StepCard(props: {
  readonly stepKey: number
  readonly index: number
  readonly of: number
  readonly step: AssignmentStep
  readonly issues: readonly PolicyIssue[]
  readonly onChange: (change: Partial<AssignmentStep>) => void
  readonly onMove: (to: number) => void
  /** Another step was dropped before or after this one. */
  readonly onDrop: (key: number, after: boolean) => void
  readonly onRemove: () => void
}) {
  const { stepKey, index, of, step, issues, onChange, onMove, onDrop, onRemove } = props
  const card = useRef<HTMLLIElement>(null)
  const [over, setOver] = useState<'before' | 'after'>()
  const words = routingText.policy
  const number = index + 1
  const at = (part: string) => issues.filter((issue) => placeOf(issue).part === part)
  const sideOf = (event: DragEvent): 'before' | 'after' => {
    const box = card.current?.getBoundingClientRect()
    return box && event.clientY > box.top + box.height / 2 ? 'after' : 'before'
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const to = event.key === 'ArrowUp' ? index - 1 : event.key === 'ArrowDown' ? index + 1 : undefined
    if (to === undefined) return
    event.preventDefault()
    if (to >= 0 && to < of) onMove(to)
  }
  return (
    <li
      ref={card}
      className={cx(
        css['card'],
        over && css[over],
        issues.some(({ severity }) => severity === 'error') && css['wrong'],
      )}
      aria-label={words.stepTitle(number)}
      data-step={number}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return
        event.preventDefault()
        setOver(sideOf(event))
      }}
      onDragLeave={() => setOver(undefined)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(undefined)
        const key = Number(event.dataTransfer.getData(DRAGGED))
        if (key && key !== stepKey) onDrop(key, sideOf(event) === 'after')
      }}
    >
      <header className={css['head']}>
        {/* No button element: one browser refuses to drag those. */}
        <span
          role="button"
          tabIndex={0}
          draggable
          className={css['grip']}
          aria-label={words.drag(number)}
          data-grip
          onKeyDown={onKeyDown}
          onDragStart={(event) => {
            event.dataTransfer.setData(DRAGGED, String(stepKey))
            event.dataTransfer.effectAllowed = 'move'
            if (card.current) event.dataTransfer.setDragImage(card.current, 20, 20)
          }}
        >
          <IconGripVertical size={18} stroke={1.8} aria-hidden />
        </span>
        <h3 className={css['title']}>{words.stepTitle(number)}</h3>
        <ActionIcon aria-label={words.up(number)} disabled={index === 0} onClick={() => onMove(index - 1)}>
          <IconArrowUp size={17} />
        </ActionIcon>
        <ActionIcon
          aria-label={words.down(number)}
          disabled={index === of - 1}
          onClick={() => onMove(index + 1)}
        >
          <IconArrowDown size={17} />
        </ActionIcon>
        <ActionIcon aria-label={words.remove(number)} onClick={onRemove}>
          <IconTrash size={17} />
        </ActionIcon>
      </header>
      <div className={css['body']}>
        <StepTarget target={step.target} onChange={(target) => onChange({ target })} />
        <IssueList issues={at('target')} />
        {step.target.kind === 'agents-and-teams' && (
          <NativeSelect
            label={words.strategy}
            description={words.strategyHints[step.strategy]}
            inputWrapperOrder={['label', 'input', 'description']}
            value={step.strategy}
            data={STRATEGIES.map((value) => ({ value, label: words.strategies[value] }))}
            onChange={({ currentTarget }) => {
              const strategy = STRATEGIES.find((one) => one === currentTarget.value)
              if (strategy) onChange({ strategy })
            }}
          />
        )}
        {step.target.kind !== 'team' && step.target.kind !== 'none' && (
          <Switch
            label={words.availableOnly}
            description={words.availableHint}
            checked={step.availableOnly}
            onChange={({ currentTarget }) => onChange({ availableOnly: currentTarget.checked })}
          />
        )}
        <IssueList issues={issues.filter((issue) => !PLACED.includes(placeOf(issue).part ?? ''))} />
      </div>
      {(index < of - 1 || step.waitMs > 0) && (
        <footer className={css['then']}>
          <DurationField
            label={words.wait}
            hint={words.waitHint}
            value={step.waitMs}
            onChange={(waitMs) => onChange({ waitMs })}
          />
          <IssueList issues={at('waitMs')} />
        </footer>
      )}
    </li>
  )
}
