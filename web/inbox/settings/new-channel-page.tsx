import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ChannelTypeView } from '../../shared/agent-api.ts'
import { initialInputs } from '../../shared/config-values.ts'
import { api, queryClient } from '../data/client.ts'
import { ChannelMark } from '../parts/channel-mark.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { tellDone, tellError } from '../shell/toasts.ts'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { checkChannel } from './channel-check.ts'
import { ChannelSetup } from './channel-setup.tsx'
import { ConfigFields, HELP_BELOW } from './config-fields.tsx'
import { Card, PageHead } from './page-parts.tsx'
import css from './rows.module.css'
import { useConfigForm } from './use-config-form.ts'

/** What the registry can do; it does not change while the server runs. */
export const channelTypesQuery = {
  queryKey: ['channel-types'],
  queryFn: () => api.channelTypes(),
  staleTime: Number.POSITIVE_INFINITY,
}

/** Adds a channel: first its kind, then its settings. */
export function NewChannelPage() {
  const query = useQuery(channelTypesQuery)
  const navigate = useNavigate()
  const { kind: type } = useSearch({ from: '/signed-in/settings/channels/new' })
  const chosen = query.data?.items.find((kind) => kind.type === type)
  const choose = (kind?: string) =>
    void navigate({ to: '/settings/channels/new', search: kind === undefined ? {} : { kind } })
  return (
    <>
      <PageHead
        title={chosen ? chosen.displayName : settingsText.channels.addTitle}
        hint={chosen?.summary}
        takesFocus={chosen?.setup !== undefined}
        back={{ to: '/settings/channels', label: text.navigation.channels }}
      />
      {query.isPending && <SkeletonRows rows={2} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && !chosen && (
        <div className={css['kinds']}>
          {query.data.items.map((kind) => (
            <button key={kind.type} type="button" className={css['kind']} onClick={() => choose(kind.type)}>
              <ChannelMark channel={{ ...kind, typeName: kind.displayName }} size={40} />
              <span className={css['words']}>
                <span className={css['name']}>{kind.displayName}</span>
                <span className={css['detail']}>{kind.summary}</span>
              </span>
            </button>
          ))}
        </div>
      )}
      {chosen && <NewChannelForm key={chosen.type} kind={chosen} onBack={() => choose()} />}
    </>
  )
}

function NewChannelForm({ kind, onBack }: { readonly kind: ChannelTypeView; readonly onBack: () => void }) {
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [nameError, setNameError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const [inputs, setInputs] = useState(() => initialInputs(kind.configFields))
  const form = useConfigForm({ fields: kind.configFields, inputs, onType: setInputs })
  const create = async () => {
    const config = form.read()
    if (name.trim() === '') setNameError(settingsText.channels.fieldRequired)
    if (!config || name.trim() === '') return
    setBusy(true)
    try {
      const channel = await api.createChannel({ type: kind.type, name: name.trim(), config })
      await queryClient.invalidateQueries({ queryKey: ['channels'] })
      queryClient.setQueryData(['channel', channel.id], channel)
      checkChannel(channel.id)
      tellDone(settingsText.channels.created(channel.name))
      await navigate({ to: '/settings/channels/$channelId', params: { channelId: channel.id } })
    } catch (error) {
      if (!form.complain(error)) tellError(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      {kind.setup && <ChannelSetup steps={kind.setup} ahead />}
      <Card>
        <form
          className={css['form']}
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            void create()
          }}
        >
          <TextInput
            label={settingsText.channels.name}
            description={settingsText.channels.nameHint}
            inputWrapperOrder={HELP_BELOW}
            withAsterisk
            // What is to be done first stands above: the page is not to begin below it.
            autoFocus={!kind.setup}
            value={name}
            error={nameError}
            onChange={({ currentTarget }) => {
              setName(currentTarget.value)
              setNameError(undefined)
            }}
          />
          <ConfigFields fields={kind.configFields} {...form} onChange={form.change} />
          <div className={css['buttons']}>
            <Button type="submit" loading={busy}>
              {settingsText.channels.create}
            </Button>
            <Button variant="default" onClick={onBack}>
              {text.general.back}
            </Button>
          </div>
        </form>
      </Card>
    </>
  )
}
