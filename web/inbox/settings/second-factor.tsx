import { Button, Group, Image, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, queryClient } from '../data/client.ts'
import { sessionQuery, useMe } from '../data/queries.ts'
import { CopyBox } from '../parts/copy-box.tsx'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { Card } from './page-parts.tsx'
import css from './rows.module.css'

const reread = () => queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey })

/** Turns the code of an authenticator app on and off. */
export function SecondFactor() {
  const { secondFactor } = useMe()
  const [codes, setCodes] = useState<readonly string[]>()
  return (
    <Card
      title={settingsText.profile.secondFactor}
      hint={secondFactor ? settingsText.profile.secondFactorOn : settingsText.profile.secondFactorOff}
    >
      {codes ? (
        <RecoveryCodes codes={codes} onKept={() => setCodes(undefined)} />
      ) : secondFactor ? (
        <TurnOff />
      ) : (
        <TurnOn onCodes={setCodes} />
      )}
    </Card>
  )
}

function TurnOn({ onCodes }: { readonly onCodes: (codes: readonly string[]) => void }) {
  const [code, setCode] = useState('')
  const offer = useMutation({ mutationFn: api.offerSecondFactor })
  const confirm = useMutation({
    mutationFn: () => api.confirmSecondFactor(code.trim()),
    onSuccess: ({ recoveryCodes }) => {
      onCodes(recoveryCodes)
      void reread()
    },
  })
  if (!offer.data) {
    return (
      <PasswordForm
        hint={settingsText.profile.turnOnHint}
        action={settingsText.profile.turnOn}
        isPending={offer.isPending}
        error={offer.error?.message}
        onSubmit={offer.mutate}
      />
    )
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate()
      }}
    >
      <Stack gap="md" align="flex-start">
        <span>{settingsText.profile.scan}</span>
        <Image src={offer.data.qrDataUrl} alt={settingsText.profile.qrAlt} w={180} h={180} radius="md" />
        <span>{settingsText.profile.secret}</span>
        <CopyBox value={offer.data.secret} label={settingsText.profile.secret} />
        <Group align="flex-end" gap="xs">
          <TextInput
            label={text.entrance.code}
            autoComplete="one-time-code"
            inputMode="numeric"
            value={code}
            error={confirm.error?.message}
            onChange={({ currentTarget }) => setCode(currentTarget.value)}
          />
          <Button type="submit" loading={confirm.isPending} disabled={code.trim() === ''}>
            {settingsText.profile.confirmCode}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function RecoveryCodes({
  codes,
  onKept,
}: {
  readonly codes: readonly string[]
  readonly onKept: () => void
}) {
  return (
    <Stack gap="md" align="flex-start">
      <strong>{settingsText.profile.recoveryTitle}</strong>
      <span>{settingsText.profile.recoveryHint}</span>
      <ul className={css['codes']}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Button onClick={onKept}>{settingsText.profile.recoveryKept}</Button>
    </Stack>
  )
}

function TurnOff() {
  const remove = useMutation({ mutationFn: api.removeSecondFactor, onSuccess: reread })
  return (
    <PasswordForm
      hint={settingsText.profile.turnOffHint}
      action={settingsText.profile.turnOff}
      isPending={remove.isPending}
      error={remove.error?.message}
      onSubmit={remove.mutate}
    />
  )
}

/** A stolen session must change nothing here: it does not know the password. */
function PasswordForm(form: {
  readonly hint: string
  readonly action: string
  readonly isPending: boolean
  readonly error: string | undefined
  readonly onSubmit: (password: string) => void
}) {
  const [password, setPassword] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        form.onSubmit(password)
      }}
    >
      <Group align="flex-end" gap="xs">
        <PasswordInput
          w={280}
          label={form.hint}
          autoComplete="current-password"
          value={password}
          error={form.error}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={form.isPending} disabled={password === ''}>
          {form.action}
        </Button>
      </Group>
    </form>
  )
}
