import { ActionIcon, Button, Checkbox, Stack, Switch, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { UpdateRoutingSettingsCommand } from '../../../src/domain/routing-commands.ts'
import type { HolidayCalendar, RoutingSettingsView, TagSkills } from '../../../src/domain/routing-views.ts'
import { queryClient } from '../data/client.ts'
import { Holidays } from '../hours/holidays.tsx'
import { HoursEditor, NEW_HOURS } from '../hours/hours-editor.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { DurationField } from '../routing/duration-field.tsx'
import fields from '../routing/fields.module.css'
import { routingApi, routingSettingsQuery } from '../routing/routing-queries.ts'
import { SkillRequirements } from '../routing/skill-requirements.tsx'
import { Card, PageHead } from '../settings/page-parts.tsx'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'
import { contentKey, useGroupChange } from './group-change.ts'
import { CapacityFields, FairCapFields, NEW_FAIR_CAP } from './limit-fields.tsx'
import { RoutingTabs } from './routing-tabs.tsx'

const LONGEST_GRACE_MS = 1_800_000

type Change = Omit<UpdateRoutingSettingsCommand, 'version'>

interface PartProps {
  readonly settings: RoutingSettingsView
  readonly busy: boolean
  readonly onSave: (change: Change) => void
}

/** What holds for everyone. */
export function RoutingSettingsPage() {
  const words = routingText.settings
  const query = useQuery(routingSettingsQuery)
  const change = useGroupChange({
    name: words.title,
    write: (body: Change) => routingApi.updateSettings({ ...body, version: query.data?.version ?? 0 }),
    onDone: (saved) => queryClient.setQueryData(['routing-settings'], saved),
    reload: () => void query.refetch(),
  })
  const settings = query.data
  const parts = settings && {
    settings,
    busy: change.isPending,
    onSave: (body: Change) => change.mutate(body),
  }
  return (
    <>
      <RoutingTabs />
      <PageHead title={words.title} hint={words.hint} />
      {query.isError && !settings && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <SkeletonRows rows={4} avatar={false} />}
      {parts && (
        <>
          <CapacityCard
            key={`capacity ${contentKey([parts.settings.defaultCapacity, parts.settings.fairCap])}`}
            {...parts}
          />
          <CountingCard {...parts} />
          <GraceCard key={`grace ${parts.settings.presenceGraceMs}`} {...parts} />
          <HoursCard key={`hours ${contentKey(parts.settings.schedule)}`} {...parts} />
          <CalendarsCard key={`calendars ${contentKey(parts.settings.holidays)}`} {...parts} />
          <TagSkillsCard key={`tags ${contentKey(parts.settings.tagSkills)}`} {...parts} />
        </>
      )}
    </>
  )
}

const SaveButton = (props: {
  readonly busy: boolean
  readonly onClick: () => void
  readonly disabled?: boolean
}) => (
  <Button size="xs" loading={props.busy} disabled={props.disabled ?? false} onClick={props.onClick}>
    {text.general.save}
  </Button>
)

function CapacityCard({ settings, busy, onSave }: PartProps) {
  const words = routingText.settings
  const [capacity, setCapacity] = useState(settings.defaultCapacity)
  const [fairCap, setFairCap] = useState(settings.fairCap)
  const changed = capacity !== settings.defaultCapacity || fairCap !== settings.fairCap
  return (
    <Card title={words.capacity} hint={words.capacityHint}>
      <Stack gap="md" align="flex-start">
        <CapacityFields capacity={capacity ?? {}} onChange={setCapacity} />
        <Switch
          label={routingText.agent.fairCap}
          description={routingText.agent.fairCapHint}
          checked={fairCap !== undefined}
          onChange={({ currentTarget }) => setFairCap(currentTarget.checked ? NEW_FAIR_CAP : undefined)}
        />
        {fairCap && <FairCapFields fairCap={fairCap} onChange={setFairCap} />}
        {changed && (
          <SaveButton
            busy={busy}
            onClick={() => {
              const limited = capacity && Object.keys(capacity).length > 0
              onSave({ defaultCapacity: limited ? capacity : null, fairCap: fairCap ?? null })
            }}
          />
        )}
      </Stack>
    </Card>
  )
}

function CountingCard({ settings, busy, onSave }: PartProps) {
  const words = routingText.settings
  return (
    <Card title={words.counting}>
      <Stack gap="sm">
        <Checkbox
          label={words.snoozed}
          checked={settings.countSnoozed}
          disabled={busy}
          onChange={({ currentTarget }) => onSave({ countSnoozed: currentTarget.checked })}
        />
        <Checkbox
          label={words.pending}
          checked={settings.countPending}
          disabled={busy}
          onChange={({ currentTarget }) => onSave({ countPending: currentTarget.checked })}
        />
      </Stack>
    </Card>
  )
}

function GraceCard({ settings, busy, onSave }: PartProps) {
  const words = routingText.settings
  const [grace, setGrace] = useState(settings.presenceGraceMs)
  const wrong = grace > LONGEST_GRACE_MS
  return (
    <Card title={words.grace} hint={words.graceHint}>
      <Stack gap="md" align="flex-start">
        <DurationField
          label={words.grace}
          labelHidden
          units={['seconds', 'minutes']}
          value={grace}
          error={wrong ? words.graceWrong : undefined}
          onChange={setGrace}
        />
        {grace !== settings.presenceGraceMs && (
          <SaveButton busy={busy} disabled={wrong} onClick={() => onSave({ presenceGraceMs: grace })} />
        )}
      </Stack>
    </Card>
  )
}

function HoursCard({ settings, busy, onSave }: PartProps) {
  const words = routingText.settings
  const [on, setOn] = useState(settings.schedule !== undefined)
  return (
    <Card title={words.hours} hint={words.hoursHint}>
      <Switch
        label={words.hoursOn}
        checked={on}
        onChange={({ currentTarget }) => {
          setOn(currentTarget.checked)
          if (!currentTarget.checked && settings.schedule) onSave({ schedule: null })
        }}
      />
      {on && (
        <HoursEditor
          weekOnly
          schedule={settings.schedule ?? NEW_HOURS()}
          busy={busy}
          onSave={(schedule) => onSave({ schedule })}
        />
      )}
    </Card>
  )
}

function CalendarsCard({ settings, busy, onSave }: PartProps) {
  const words = routingText.settings
  const [calendars, setCalendars] = useState<readonly HolidayCalendar[]>(settings.holidays)
  const change = (index: number, part: Partial<HolidayCalendar>) =>
    setCalendars(calendars.map((one, at) => (at === index ? { ...one, ...part } : one)))
  return (
    <Card title={words.calendars} hint={words.calendarsHint}>
      <div className={fields['stack']}>
        {calendars.length === 0 && <p className={fields['faint']}>{words.noCalendars}</p>}
        {calendars.map((calendar, index) => (
          <div key={index} className={fields['wide']}>
            <div className={fields['line']}>
              <TextInput
                className={fields['grow'] ?? ''}
                label={words.calendarName}
                maxLength={50}
                value={calendar.name}
                error={calendar.name.trim() === '' ? routingText.groups.nameNeeded : undefined}
                onChange={({ currentTarget }) => change(index, { name: currentTarget.value })}
              />
              <ActionIcon
                aria-label={words.removeCalendar(calendar.name)}
                onClick={() => setCalendars(calendars.filter((_one, at) => at !== index))}
              >
                <IconX size={16} />
              </ActionIcon>
            </div>
            <div style={{ marginBlockStart: 10 }}>
              <Holidays dates={calendar.dates} onChange={(dates) => change(index, { dates })} />
            </div>
          </div>
        ))}
        <div className={fields['line']}>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setCalendars([...calendars, { name: '', dates: [] }])}
          >
            {words.addCalendar}
          </Button>
          {calendars !== settings.holidays && (
            <SaveButton
              busy={busy}
              disabled={calendars.some(({ name }) => name.trim() === '')}
              onClick={() => onSave({ holidays: calendars })}
            />
          )}
        </div>
      </div>
    </Card>
  )
}

function TagSkillsCard({ settings, busy, onSave }: PartProps) {
  const words = routingText.settings
  const [entries, setEntries] = useState<readonly TagSkills[]>(settings.tagSkills)
  const change = (index: number, part: Partial<TagSkills>) =>
    setEntries(entries.map((one, at) => (at === index ? { ...one, ...part } : one)))
  return (
    <Card title={words.tagSkills} hint={words.tagSkillsHint}>
      <div className={fields['stack']}>
        {entries.length === 0 && <p className={fields['faint']}>{words.noTagSkills}</p>}
        {entries.map((entry, index) => (
          <div key={index} className={fields['wide']}>
            <div className={fields['line']}>
              <TextInput
                label={words.tag}
                maxLength={50}
                value={entry.tag}
                error={entry.tag.trim() === '' ? routingText.groups.nameNeeded : undefined}
                onChange={({ currentTarget }) => change(index, { tag: currentTarget.value })}
              />
              <ActionIcon
                aria-label={words.removeTag(entry.tag)}
                onClick={() => setEntries(entries.filter((_one, at) => at !== index))}
              >
                <IconX size={16} />
              </ActionIcon>
            </div>
            <div style={{ marginBlockStart: 10 }}>
              <SkillRequirements
                requirements={entry.skills}
                onChange={(skills) => change(index, { skills })}
              />
            </div>
          </div>
        ))}
        <div className={fields['line']}>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setEntries([...entries, { tag: '', skills: [] }])}
          >
            {words.addTag}
          </Button>
          {entries !== settings.tagSkills && (
            <SaveButton
              busy={busy}
              disabled={entries.some(({ tag }) => tag.trim() === '')}
              onClick={() => onSave({ tagSkills: entries })}
            />
          )}
        </div>
      </div>
    </Card>
  )
}
