import { ActionIcon, Button, Checkbox, Stack, Switch, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { UpdateRoutingSettingsCommand } from '../../../src/domain/routing-commands.ts'
import type { HolidayCalendar, RoutingSettingsView, TagSkills } from '../../../src/domain/routing-views.ts'
import { queryClient } from '../data/client.ts'
import { useAllowed } from '../data/queries.ts'
import { Holidays } from '../hours/holidays.tsx'
import { OptionalHours } from '../hours/optional-hours.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { useDraft } from '../parts/use-draft.ts'
import { DurationField } from '../routing/duration-field.tsx'
import fields from '../routing/fields.module.css'
import { routingApi, routingSettingsQuery } from '../routing/routing-queries.ts'
import { SkillRequirements } from '../routing/skill-requirements.tsx'
import { Card, PageHead } from '../settings/page-parts.tsx'
import { NotFound } from '../shell/page-states.tsx'
import { routingText } from '../text/routing-text.ts'
import { DraftBar } from './draft-bar.tsx'
import { useGroupChange } from './group-change.ts'
import { CapacityFields, FairCapFields, NEW_FAIR_CAP } from './limit-fields.tsx'
import { RoutingTabs } from './routing-tabs.tsx'

const LONGEST_GRACE_MS = 1_800_000

type Change = Omit<UpdateRoutingSettingsCommand, 'version'>

interface PartProps {
  readonly settings: RoutingSettingsView
  readonly busy: boolean
  readonly onSave: (change: Change) => void
}

/** What holds for everyone; a page of those who may change it. */
export function RoutingSettingsPage() {
  return useAllowed('routing.manage') ? <RoutingSettings /> : <NotFound />
}

function RoutingSettings() {
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
          <CapacityCard {...parts} />
          <CountingCard {...parts} />
          <GraceCard {...parts} />
          <HoursCard {...parts} />
          <CalendarsCard {...parts} />
          <TagSkillsCard {...parts} />
        </>
      )}
    </>
  )
}

function CapacityCard({ settings, busy, onSave }: PartProps) {
  const words = routingText.settings
  const draft = useDraft({ defaultCapacity: settings.defaultCapacity, fairCap: settings.fairCap })
  const { defaultCapacity, fairCap } = draft.value
  return (
    <Card title={words.capacity} hint={words.capacityHint}>
      <Stack gap="md" align="flex-start">
        <CapacityFields
          capacity={defaultCapacity ?? {}}
          onChange={(limits) =>
            draft.set({ fairCap, defaultCapacity: Object.keys(limits).length > 0 ? limits : undefined })
          }
        />
        <Switch
          label={routingText.agent.fairCap}
          description={routingText.agent.fairCapHint}
          checked={fairCap !== undefined}
          onChange={({ currentTarget }) =>
            draft.set({ defaultCapacity, fairCap: currentTarget.checked ? NEW_FAIR_CAP : undefined })
          }
        />
        {fairCap && (
          <FairCapFields
            fairCap={fairCap}
            onChange={(next) => draft.set({ defaultCapacity, fairCap: next })}
          />
        )}
        <DraftBar
          draft={draft}
          busy={busy}
          onSave={(next) =>
            onSave({ defaultCapacity: next.defaultCapacity ?? null, fairCap: next.fairCap ?? null })
          }
        />
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
  const draft = useDraft(settings.presenceGraceMs)
  const grace = draft.value
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
          onChange={draft.set}
        />
        <DraftBar
          draft={draft}
          busy={busy}
          disabled={wrong}
          onSave={(presenceGraceMs) => onSave({ presenceGraceMs })}
        />
      </Stack>
    </Card>
  )
}

function HoursCard({ settings, busy, onSave }: PartProps) {
  const words = routingText.settings
  return (
    <Card title={words.hours} hint={words.hoursHint}>
      <OptionalHours
        weekOnly
        label={words.hoursOn}
        stored={settings.schedule}
        busy={busy}
        onSave={(schedule) => onSave({ schedule })}
      />
    </Card>
  )
}

function CalendarsCard({ settings, busy, onSave }: PartProps) {
  const words = routingText.settings
  const draft = useDraft<readonly HolidayCalendar[]>(settings.holidays)
  const calendars = draft.value
  const change = (index: number, part: Partial<HolidayCalendar>) =>
    draft.set(calendars.map((one, at) => (at === index ? { ...one, ...part } : one)))
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
                onClick={() => draft.set(calendars.filter((_one, at) => at !== index))}
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
            onClick={() => draft.set([...calendars, { name: '', dates: [] }])}
          >
            {words.addCalendar}
          </Button>
          <DraftBar
            draft={draft}
            busy={busy}
            disabled={calendars.some(({ name }) => name.trim() === '')}
            onSave={(holidays) => onSave({ holidays })}
          />
        </div>
      </div>
    </Card>
  )
}

function TagSkillsCard({ settings, busy, onSave }: PartProps) {
  const words = routingText.settings
  const draft = useDraft<readonly TagSkills[]>(settings.tagSkills)
  const entries = draft.value
  const change = (index: number, part: Partial<TagSkills>) =>
    draft.set(entries.map((one, at) => (at === index ? { ...one, ...part } : one)))
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
                onClick={() => draft.set(entries.filter((_one, at) => at !== index))}
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
            onClick={() => draft.set([...entries, { tag: '', skills: [] }])}
          >
            {words.addTag}
          </Button>
          <DraftBar
            draft={draft}
            busy={busy}
            disabled={entries.some(({ tag }) => tag.trim() === '')}
            onSave={(tagSkills) => onSave({ tagSkills })}
          />
        </div>
      </div>
    </Card>
  )
}
