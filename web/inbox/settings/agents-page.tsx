import { ActionIcon, Button, Menu, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import {
  IconAdjustments,
  IconCheck,
  IconDots,
  IconLink,
  IconUserOff,
  IconUserPlus,
} from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Role } from '../../../src/domain/permissions.ts'
import type { AgentView } from '../../../src/domain/views.ts'
import { isProblem, ProblemError } from '../../shared/problem.ts'
import { ROLES } from '../../shared/wire-values.ts'
import { api, queryClient } from '../data/client.ts'
import { agentsQuery, useAllowed, useMe } from '../data/queries.ts'
import { emailAddress, fieldErrors, required } from '../entrance/fields.ts'
import { Avatar, dotOf } from '../parts/avatar.tsx'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { CopyBox } from '../parts/copy-box.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { relativeTime } from '../parts/time.ts'
import { tellError, tellInfo } from '../shell/toasts.ts'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { Card, PageHead, Tag } from './page-parts.tsx'
import css from './rows.module.css'

const reload = () => queryClient.invalidateQueries({ queryKey: agentsQuery.queryKey })

/** Everyone in the workspace. */
export function AgentsPage() {
  const query = useQuery(agentsQuery)
  const mayManage = useAllowed('agent.manage')
  const [inviting, setInviting] = useState(false)
  const [link, setLink] = useState<string>()
  return (
    <>
      <PageHead title={settingsText.agents.title} hint={settingsText.agents.hint}>
        {mayManage && (
          <Button leftSection={<IconUserPlus size={16} />} onClick={() => setInviting(true)}>
            {settingsText.agents.invite}
          </Button>
        )}
      </PageHead>
      <Card flush>
        {query.isPending && <SkeletonRows rows={3} />}
        {query.isError && !query.data && (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        )}
        <ul className={css['rows']}>
          {query.data?.map((agent) => (
            <li key={agent.id} className={css['row']}>
              <AgentRow agent={agent} onLink={setLink} />
            </li>
          ))}
        </ul>
      </Card>
      <Modal
        opened={inviting}
        onClose={() => setInviting(false)}
        title={settingsText.agents.invite}
        closeButtonProps={{ 'aria-label': text.general.close }}
      >
        <InviteForm
          onInvited={(inviteLink) => {
            setInviting(false)
            setLink(inviteLink)
            void reload()
          }}
        />
      </Modal>
      <Modal
        opened={link !== undefined}
        onClose={() => setLink(undefined)}
        title={settingsText.agents.inviteLink}
        closeButtonProps={{ 'aria-label': text.general.close }}
      >
        <Stack gap="sm">
          <span>{settingsText.agents.inviteLinkHint}</span>
          <CopyBox value={link ?? ''} label={settingsText.agents.inviteLink} />
        </Stack>
      </Modal>
    </>
  )
}

function AgentRow({ agent, onLink }: { readonly agent: AgentView; readonly onLink: (link: string) => void }) {
  const me = useMe()
  const mayManage = useAllowed('agent.manage') && ROLES.indexOf(me.role) <= ROLES.indexOf(agent.role)
  const away = agent.state !== 'active'
  const dot = dotOf(agent.availability, agent.present)
  const seen = agent.present
    ? settingsText.agents.here
    : agent.seenAt
      ? settingsText.agents.seen(relativeTime(agent.seenAt))
      : settingsText.agents.never
  return (
    <>
      <Avatar name={agent.name} size={40} dot={away ? undefined : dot} />
      <span className={css['words']}>
        <span className={css['name']}>
          <bdi>{agent.name}</bdi>
          {agent.id === me.id && <Tag tone="brand">{text.general.you}</Tag>}
          {agent.state === 'invited' && <Tag tone="warn">{settingsText.agents.invited}</Tag>}
          {agent.state === 'deactivated' && <Tag tone="plain">{settingsText.agents.deactivated}</Tag>}
        </span>
        <span className={css['detail']}>
          {agent.email}
          {!away && ` · ${text.availability[dot]} · ${seen}`}
        </span>
      </span>
      <Tag tone="plain">{settingsText.agents.roles[agent.role]}</Tag>
      <ActionIcon
        renderRoot={(root) => (
          <Link {...root} to="/settings/agents/$agentId" params={{ agentId: agent.id }} />
        )}
        data-tip={settingsText.agents.routing}
        data-tip-end
        aria-label={settingsText.agents.routingOf(agent.name)}
      >
        <IconAdjustments size={18} />
      </ActionIcon>
      {mayManage && <AgentActions agent={agent} onLink={onLink} />}
    </>
  )
}

function AgentActions({
  agent,
  onLink,
}: {
  readonly agent: AgentView
  readonly onLink: (link: string) => void
}) {
  const me = useMe()
  const [asking, setAsking] = useState(false)
  const update = useMutation({
    mutationFn: (change: { readonly role?: Role; readonly deactivated?: boolean }) =>
      api.updateAgent(agent.id, { ...change, version: agent.version }),
    onSuccess: reload,
    onError: (error) => {
      if (isProblem(error, 'version-conflict')) {
        void reload()
        tellInfo(text.conversation.conflictTitle, error.message)
      } else {
        tellError(error)
      }
    },
  })
  const renew = useMutation({
    mutationFn: () => api.renewInvite(agent.id),
    onSuccess: ({ inviteLink }) => onLink(inviteLink),
    onError: tellError,
  })
  const roles = ROLES.filter((role) => ROLES.indexOf(me.role) <= ROLES.indexOf(role))
  return (
    <>
      <Menu position="bottom-end" width={300}>
        <Menu.Target>
          <ActionIcon
            aria-label={settingsText.agents.actions(agent.name)}
            loading={update.isPending || renew.isPending}
          >
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{settingsText.agents.role}</Menu.Label>
          {roles.map((role) => (
            <Menu.Item
              key={role}
              rightSection={agent.role === role ? <IconCheck size={16} aria-hidden /> : null}
              aria-current={agent.role === role ? 'true' : undefined}
              onClick={() => role !== agent.role && update.mutate({ role })}
            >
              {settingsText.agents.roles[role]}
              <span className={css['detail']}>{settingsText.agents.roleHints[role]}</span>
            </Menu.Item>
          ))}
          <Menu.Divider />
          {agent.state === 'invited' && (
            <Menu.Item leftSection={<IconLink size={16} />} onClick={() => renew.mutate()}>
              {settingsText.agents.newLink}
            </Menu.Item>
          )}
          {agent.state === 'deactivated' ? (
            <Menu.Item onClick={() => update.mutate({ deactivated: false })}>
              {settingsText.agents.reactivate}
            </Menu.Item>
          ) : (
            agent.id !== me.id && (
              <Menu.Item color="red" leftSection={<IconUserOff size={16} />} onClick={() => setAsking(true)}>
                {settingsText.agents.deactivate}
              </Menu.Item>
            )
          )}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asking}
        danger
        title={settingsText.agents.deactivateTitle(agent.name)}
        question={settingsText.agents.deactivateQuestion}
        action={settingsText.agents.deactivate}
        onConfirm={() => update.mutate({ deactivated: true })}
        onClose={() => setAsking(false)}
      />
    </>
  )
}

function InviteForm({ onInvited }: { readonly onInvited: (link: string) => void }) {
  const me = useMe()
  const form = useForm({
    initialValues: { name: '', email: '', role: 'agent' as Role },
    validate: { name: required, email: emailAddress },
  })
  const invite = async ({ name, email, role }: typeof form.values) => {
    try {
      onInvited((await api.inviteAgent({ name: name.trim(), email: email.trim(), role })).inviteLink)
    } catch (error) {
      const named = error instanceof ProblemError ? fieldErrors(error) : {}
      if (Object.keys(named).length > 0) form.setErrors(named)
      else tellError(error)
    }
  }
  return (
    <form noValidate onSubmit={form.onSubmit((values) => invite(values))}>
      <Stack gap="md">
        <TextInput data-autofocus label={text.entrance.name} {...form.getInputProps('name')} />
        <TextInput type="email" label={text.entrance.email} {...form.getInputProps('email')} />
        <Select
          label={settingsText.agents.role}
          allowDeselect={false}
          data={ROLES.filter((role) => ROLES.indexOf(me.role) <= ROLES.indexOf(role)).map((role) => ({
            value: role,
            label: settingsText.agents.roles[role],
          }))}
          {...form.getInputProps('role')}
        />
        <Button type="submit" loading={form.submitting}>
          {settingsText.agents.inviteButton}
        </Button>
      </Stack>
    </form>
  )
}
