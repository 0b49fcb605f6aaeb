import { Button, Checkbox, NativeSelect, Stack, Textarea } from '@mantine/core'
import { useRef } from 'react'
import { cx } from '../parts/class-names.ts'
import { routingText } from '../text/routing-text.ts'
import { CountField } from './count-field.tsx'
import { DurationField } from './duration-field.tsx'
import css from './fields.module.css'
import { IssueList } from './issue-list.tsx'
import type { PlacedIssues, PolicySettings } from './policy-draft.ts'
import { Relax, SkillRequirements } from './skill-requirements.tsx'

type Change = { [Key in keyof PolicySettings]?: PolicySettings[Key] | undefined }

interface SettingsProps {
  readonly settings: PolicySettings
  readonly issuesOf: PlacedIssues['ofSetting']
  readonly onChange: (change: Change) => void
}

const SILENT_MS = 600_000
const LINKED_MS = 7 * 86_400_000
const LONGEST_MESSAGE = 1_000

const choicesOf = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }))

/** What holds once somebody has the conversation. */
export function AfterAssignment({ settings, issuesOf, onChange }: SettingsProps) {
  const words = routingText.policy
  return (
    <div className={css['grid']}>
      <NativeSelect
        label={words.offline}
        value={settings.ownerOffline}
        data={choicesOf(words.offlineChoices)}
        onChange={({ currentTarget }) =>
          onChange({ ownerOffline: currentTarget.value === 'keep' ? 'keep' : 're-route' })
        }
      />
      <NativeSelect
        label={words.onUnassign}
        value={settings.onUnassign}
        data={choicesOf(words.onUnassignChoices)}
        onChange={({ currentTarget }) =>
          onChange({ onUnassign: currentTarget.value === 'wait' ? 'wait' : 're-route' })
        }
      />
      <WhenSilent settings={settings} issuesOf={issuesOf} onChange={onChange} />
      <NativeSelect
        label={words.onResolve}
        value={settings.onResolve}
        data={choicesOf(words.onResolveChoices)}
        onChange={({ currentTarget }) =>
          onChange({ onResolve: currentTarget.value === 'keep-assignee' ? 'keep-assignee' : 'drop-assignee' })
        }
      />
      <NativeSelect
        label={words.onReopen}
        value={settings.onReopen}
        data={choicesOf(words.onReopenChoices)}
        onChange={({ currentTarget }) =>
          onChange({
            onReopen: currentTarget.value === 're-route' ? 're-route' : 'same-agent-if-available',
          })
        }
      />
      <div className={css['cell']}>
        <NativeSelect
          label={words.linked}
          value={settings.newConversationAfterMs === undefined ? 'never' : 'after'}
          data={choicesOf(words.linkedChoices)}
          onChange={({ currentTarget }) =>
            onChange({ newConversationAfterMs: currentTarget.value === 'never' ? undefined : LINKED_MS })
          }
        />
        {settings.newConversationAfterMs !== undefined && (
          <DurationField
            label={words.linkedChoices.after}
            labelHidden
            units={['hours', 'days']}
            value={settings.newConversationAfterMs}
            onChange={(newConversationAfterMs) => onChange({ newConversationAfterMs })}
          />
        )}
        <IssueList issues={issuesOf('newConversationAfterMs')} />
      </div>
      <div className={cx(css['cell'], css['row'])}>
        <Checkbox
          label={words.recategorise}
          checked={settings.rerouteOnCategoryChange}
          onChange={({ currentTarget }) => onChange({ rerouteOnCategoryChange: currentTarget.checked })}
        />
        <IssueList issues={issuesOf('rerouteOnCategoryChange')} />
      </div>
    </div>
  )
}

function WhenSilent({ settings, issuesOf, onChange }: SettingsProps) {
  const words = routingText.policy
  return (
    <div className={css['cell']}>
      <NativeSelect
        label={words.silent}
        value={settings.silentAfterMs === undefined ? 'never' : 'after'}
        data={choicesOf(words.silentChoices)}
        onChange={({ currentTarget }) =>
          onChange({ silentAfterMs: currentTarget.value === 'never' ? undefined : SILENT_MS })
        }
      />
      {settings.silentAfterMs !== undefined && (
        <>
          <DurationField
            label={words.silentChoices.after}
            labelHidden
            units={['minutes', 'hours', 'days']}
            value={settings.silentAfterMs}
            onChange={(silentAfterMs) => onChange({ silentAfterMs })}
          />
          <IssueList issues={issuesOf('silentAfterMs')} />
          <CountField
            label={words.silentMost}
            least={1}
            most={20}
            value={settings.silentMost}
            onChange={(silentMost) => onChange({ silentMost: silentMost ?? 1 })}
          />
          <IssueList issues={issuesOf('silentMost')} />
        </>
      )}
    </div>
  )
}

/** What an agent must bring along. */
export function Demands({ settings, issuesOf, onChange }: SettingsProps) {
  const words = routingText.policy
  const { requireLanguage } = settings
  return (
    <div className={css['stack']}>
      <div className={css['line']}>
        <Checkbox
          label={words.language}
          description={words.languageHint}
          checked={requireLanguage !== undefined}
          onChange={({ currentTarget }) =>
            onChange({ requireLanguage: currentTarget.checked ? {} : undefined })
          }
        />
      </div>
      {requireLanguage && (
        <div className={css['line']}>
          <Relax
            value={requireLanguage.relaxAfterMs}
            onChange={(ms) => onChange({ requireLanguage: ms === undefined ? {} : { relaxAfterMs: ms } })}
          />
        </div>
      )}
      <IssueList issues={issuesOf('requireLanguage')} />
      <h3 className={css['sub']}>{words.skills}</h3>
      <div className={css['wide']}>
        <SkillRequirements requirements={settings.skills} onChange={(skills) => onChange({ skills })} />
      </div>
      <IssueList issues={issuesOf('skills')} />
    </div>
  )
}

const VARIABLES = Object.keys(
  routingText.policy.variableNames,
) as (keyof typeof routingText.policy.variableNames)[]

/** What the customer is told. */
export function ForCustomer({ settings, issuesOf, onChange }: SettingsProps) {
  const words = routingText.policy
  const field = useRef<HTMLTextAreaElement>(null)
  const message = settings.customerMessage ?? ''
  const write = (typed: string) => onChange({ customerMessage: typed === '' ? undefined : typed })
  const insert = (name: string) => {
    const variable = `{{${name}}}`
    const { selectionStart = message.length, selectionEnd = message.length } = field.current ?? {}
    write(message.slice(0, selectionStart) + variable + message.slice(selectionEnd))
    field.current?.focus()
  }
  return (
    <Stack gap="sm">
      <Textarea
        ref={field}
        autosize
        minRows={2}
        maxRows={6}
        maxLength={LONGEST_MESSAGE}
        label={words.message}
        description={words.messageHint}
        value={message}
        onChange={({ currentTarget }) => write(currentTarget.value)}
      />
      <div className={css['line']}>
        <span className={css['faint']}>{words.variables}</span>
        {VARIABLES.map((name) => (
          <Button key={name} size="compact-xs" variant="default" onClick={() => insert(name)}>
            {words.variableNames[name]}
          </Button>
        ))}
      </div>
      <IssueList issues={issuesOf('customerMessage')} />
      <Checkbox
        label={words.queuePlace}
        checked={settings.showQueuePlace}
        onChange={({ currentTarget }) => onChange({ showQueuePlace: currentTarget.checked })}
      />
    </Stack>
  )
}
