import { Button, Radio } from '@mantine/core'
import { IconInbox, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Card } from '../settings/page-parts.tsx'
import { routingText } from '../text/routing-text.ts'
import { AfterAssignment, Demands, ForCustomer } from './after-assignment.tsx'
import type { DryRunScope } from './dry-run-panel.tsx'
import { DryRunPanel } from './dry-run-panel.tsx'
import { IssueList } from './issue-list.tsx'
import type { PolicyDraft, PolicySettings } from './policy-draft.ts'
import {
  placeIssues,
  presetOf,
  withoutStep,
  withSettings,
  withStepAdded,
  withStepChanged,
  withStepMoved,
  withSteps,
} from './policy-draft.ts'
import css from './policy-editor.module.css'
import { joinIssues, usePolicyIssues } from './policy-issues.ts'
import { presetsQuery } from './routing-queries.ts'
import { StepCard } from './step-card.tsx'
import type { PolicyHome } from './use-policy-editor.ts'
import { usePolicyEditor } from './use-policy-editor.ts'

const CUSTOM = 'custom'

/** Who gets a conversation: presets, steps, what holds afterwards, and a dry run of it all. */
export function PolicyEditor(props: {
  readonly home: PolicyHome
  readonly scope: DryRunScope
  readonly hint: string
  /** Told whether there is something that is not saved. */
  readonly onEditing?: (editing: boolean) => void
}) {
  const { home, scope, hint, onEditing } = props
  const editor = usePolicyEditor(home)
  const { draft, policy, dirty, edit } = editor
  const checked = usePolicyIssues(policy)
  const issues = placeIssues(joinIssues(checked.issues, editor.refused))
  const words = routingText.policy
  useEffect(() => onEditing?.(dirty), [dirty, onEditing])
  const change = (settings: { [Key in keyof PolicySettings]?: PolicySettings[Key] | undefined }) =>
    edit(withSettings(draft, settings))
  return (
    <>
      <Card title={words.title} hint={hint}>
        <Presets draft={draft} onChange={edit} />
        <Steps draft={draft} onChange={edit} issuesOf={issues.ofStep} />
      </Card>
      <Card title={words.after}>
        <AfterAssignment settings={draft.settings} issuesOf={issues.ofSetting} onChange={change} />
      </Card>
      <Card title={words.demands}>
        <Demands settings={draft.settings} issuesOf={issues.ofSetting} onChange={change} />
      </Card>
      <Card title={words.customer}>
        <ForCustomer settings={draft.settings} issuesOf={issues.ofSetting} onChange={change} />
      </Card>
      <DryRunPanel scope={scope} policy={policy} />
      <div className={css['bar']} data-dirty={dirty || undefined}>
        <div role="alert">
          {editor.conflict && (
            <div className={css['conflict']}>
              <p>
                <strong>{words.conflictTitle}</strong> {words.conflict}
              </p>
              <div className={css['buttons']}>
                <Button size="xs" variant="default" onClick={editor.takeTheirs}>
                  {words.takeTheirs}
                </Button>
                <Button size="xs" variant="default" loading={editor.saving} onClick={editor.keepMine}>
                  {words.keepMine}
                </Button>
              </div>
            </div>
          )}
        </div>
        <IssueList issues={issues.rest} />
        {checked.failed && <p className={css['faint']}>{words.checkFailed}</p>}
        <div className={css['buttons']}>
          <Button
            loading={editor.saving}
            disabled={!dirty || issues.hasErrors}
            onClick={() => void editor.save()}
          >
            {words.save}
          </Button>
          {dirty && (
            <Button variant="default" onClick={editor.revert}>
              {words.revert}
            </Button>
          )}
          <span role="status" className={css['faint']}>
            {issues.hasErrors ? words.fixFirst : dirty ? words.unsaved : ''}
          </span>
        </div>
      </div>
    </>
  )
}

function Presets({
  draft,
  onChange,
}: {
  readonly draft: PolicyDraft
  readonly onChange: (draft: PolicyDraft) => void
}) {
  const words = routingText.policy
  const presets = useQuery(presetsQuery).data ?? []
  const policy = { ...draft.settings, steps: draft.steps.map(({ step }) => step) }
  const current = presetOf(policy, presets)?.key ?? CUSTOM
  return (
    <Radio.Group
      label={words.presets}
      value={current}
      onChange={(key) => {
        const preset = presets.find((one) => one.key === key)
        if (preset) onChange(withSteps(draft, preset.policy.steps))
      }}
    >
      <div className={css['presets']}>
        {presets.map(({ key, name, summary }) => {
          const [label, description] = words.presetNames[key] ?? [name, summary]
          return <Preset key={key} value={key} label={label} description={description} />
        })}
        {current === CUSTOM && presets.length > 0 && (
          <Preset value={CUSTOM} label={words.custom} description={words.customHint} />
        )}
      </div>
    </Radio.Group>
  )
}

/** A radio button that is pressed anywhere on its card. */
const Preset = (props: { readonly value: string; readonly label: string; readonly description: string }) => (
  <Radio {...props} className={css['preset'] ?? ''} />
)

function Steps(props: {
  readonly draft: PolicyDraft
  readonly onChange: (draft: PolicyDraft) => void
  readonly issuesOf: ReturnType<typeof placeIssues>['ofStep']
}) {
  const { draft, onChange, issuesOf } = props
  const words = routingText.policy
  const [said, setSaid] = useState('')
  const of = draft.steps.length
  const move = (key: number, to: number) => {
    const from = draft.steps.findIndex((step) => step.key === key)
    if (from < 0) return
    const next = withStepMoved(draft, key, to)
    const at = next.steps.findIndex((step) => step.key === key)
    if (at === from) return
    onChange(next)
    setSaid(words.moved(from + 1, at + 1, of))
  }
  return (
    <>
      <h3 className={css['sub']}>{words.steps}</h3>
      <p role="status" className="visually-hidden">
        {said}
      </p>
      {of === 0 && <p className={css['faint']}>{words.noSteps}</p>}
      <ol className={css['steps']}>
        {draft.steps.map(({ key, step }, index) => (
          <StepCard
            key={key}
            stepKey={key}
            index={index}
            of={of}
            step={step}
            issues={issuesOf(index)}
            onChange={(change) => onChange(withStepChanged(draft, key, change))}
            onMove={(to) => move(key, to)}
            onDrop={(dragged, after) => {
              const from = draft.steps.findIndex((one) => one.key === dragged)
              const place = index + (after ? 1 : 0)
              // Taken out first, a step from above leaves its place to those below it.
              move(dragged, from < place ? place - 1 : place)
            }}
            onRemove={() => {
              onChange(withoutStep(draft, key))
              setSaid(words.removed(index + 1))
            }}
          />
        ))}
      </ol>
      <Button
        className={css['add'] ?? ''}
        variant="default"
        size="xs"
        leftSection={<IconPlus size={15} />}
        onClick={() => {
          onChange(withStepAdded(draft))
          setSaid(words.added(of + 1))
        }}
      >
        {words.add}
      </Button>
      <div className={css['end']}>
        <IconInbox size={18} stroke={1.7} aria-hidden />
        <div>
          <h3>{words.nobody}</h3>
          <p>{words.unassigned}</p>
        </div>
      </div>
    </>
  )
}
