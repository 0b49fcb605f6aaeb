import { Button, Checkbox, Modal, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Permission } from '../../../src/domain/permissions.ts'
import type { ApiTokenView } from '../../../src/domain/views.ts'
import { PERMISSIONS } from '../../shared/wire-values.ts'
import { api, queryClient } from '../data/client.ts'
import { useMe } from '../data/queries.ts'
import { required } from '../entrance/fields.ts'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { CopyBox } from '../parts/copy-box.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { dateOf, relativeTime } from '../parts/time.ts'
import { tellError } from '../shell/toasts.ts'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { Card } from './page-parts.tsx'
import css from './rows.module.css'

const KEY = ['api-tokens']
const reload = () => queryClient.invalidateQueries({ queryKey: KEY })

/** One's own API tokens. */
export function ApiTokens() {
  const query = useQuery({ queryKey: KEY, queryFn: () => api.apiTokens() })
  const [adding, setAdding] = useState(false)
  const [secret, setSecret] = useState<string>()
  return (
    <Card flush title={settingsText.profile.tokens} hint={settingsText.profile.tokensHint}>
      {query.isPending && <SkeletonRows rows={1} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      <ul className={css['rows']}>
        {query.data?.items.length === 0 && <li className={css['row']}>{settingsText.profile.noTokens}</li>}
        {query.data?.items.map((token) => (
          <li key={token.id} className={css['row']}>
            <TokenRow token={token} />
          </li>
        ))}
        <li className={css['row']}>
          <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
            {settingsText.profile.newToken}
          </Button>
        </li>
      </ul>
      <Modal
        opened={adding}
        onClose={() => setAdding(false)}
        title={settingsText.profile.newToken}
        size="lg"
        closeButtonProps={{ 'aria-label': text.general.close }}
      >
        <TokenForm
          onMade={(made) => {
            setAdding(false)
            setSecret(made)
            void reload()
          }}
        />
      </Modal>
      <Modal
        opened={secret !== undefined}
        onClose={() => setSecret(undefined)}
        title={settingsText.profile.newToken}
        closeButtonProps={{ 'aria-label': text.general.close }}
      >
        <Stack gap="sm">
          <span>{settingsText.profile.tokenMade}</span>
          <CopyBox value={secret ?? ''} label={settingsText.profile.newToken} />
        </Stack>
      </Modal>
    </Card>
  )
}

function TokenRow({ token }: { readonly token: ApiTokenView }) {
  const [asking, setAsking] = useState(false)
  const revoke = useMutation({
    mutationFn: () => api.deleteApiToken(token.id),
    onSuccess: reload,
    onError: tellError,
  })
  const facts = [
    token.lastUsedAt
      ? settingsText.profile.tokenUsed(relativeTime(token.lastUsedAt))
      : settingsText.profile.tokenUnused,
    token.expiresAt
      ? settingsText.profile.tokenExpiry(dateOf(token.expiresAt))
      : settingsText.profile.tokenNoExpiry,
    token.scopes.map((scope) => settingsText.scopes[scope]).join(', '),
  ]
  return (
    <>
      <span className={css['icon']} aria-hidden>
        <IconKey size={18} stroke={1.7} />
      </span>
      <span className={css['words']}>
        <bdi className={css['name']}>{token.name}</bdi>
        <span className={css['detail']}>{facts.join(' · ')}</span>
      </span>
      <Button
        size="xs"
        variant="subtle"
        color="red"
        loading={revoke.isPending}
        onClick={() => setAsking(true)}
      >
        {settingsText.profile.revoke}
      </Button>
      <ConfirmDialog
        opened={asking}
        danger
        title={settingsText.profile.revokeTitle(token.name)}
        question={settingsText.profile.revokeQuestion}
        action={settingsText.profile.revoke}
        onConfirm={() => revoke.mutate()}
        onClose={() => setAsking(false)}
      />
    </>
  )
}

function TokenForm({ onMade }: { readonly onMade: (secret: string) => void }) {
  const { permissions } = useMe()
  const form = useForm({
    initialValues: { name: '', scopes: [] as Permission[], expiresOn: '' },
    validate: {
      name: required,
      scopes: (value) => (value.length === 0 ? settingsText.profile.scopesNeeded : null),
    },
  })
  const create = async ({ name, scopes, expiresOn }: typeof form.values) => {
    try {
      const expiresAt = expiresOn ? { expiresAt: new Date(`${expiresOn}T23:59:59`).toISOString() } : {}
      onMade((await api.createApiToken({ name: name.trim(), scopes, ...expiresAt })).secret)
    } catch (error) {
      tellError(error)
    }
  }
  return (
    <form noValidate onSubmit={form.onSubmit((values) => create(values))}>
      <Stack gap="md">
        <TextInput data-autofocus label={settingsText.profile.tokenName} {...form.getInputProps('name')} />
        <Checkbox.Group label={settingsText.profile.tokenScopes} {...form.getInputProps('scopes')}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt="xs">
            {PERMISSIONS.filter((scope) => permissions.includes(scope)).map((scope) => (
              <Checkbox key={scope} value={scope} label={settingsText.scopes[scope]} />
            ))}
          </SimpleGrid>
        </Checkbox.Group>
        <TextInput
          type="date"
          className={css['narrow']}
          label={`${settingsText.profile.tokenExpires} (${text.general.optional})`}
          {...form.getInputProps('expiresOn')}
        />
        <Button type="submit" loading={form.submitting}>
          {settingsText.profile.newToken}
        </Button>
      </Stack>
    </form>
  )
}
