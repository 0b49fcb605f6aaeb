import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { isProblem, ProblemError } from '../../shared/problem.ts'
import { api, queryClient } from '../data/client.ts'
import { sessionQuery } from '../data/queries.ts'
import { text } from '../text/text.ts'
import { EntranceCard } from './entrance-card.tsx'
import { fieldErrors, newPassword, required, tokenOfLink } from './fields.ts'
import { FormError } from './notice.tsx'

/** Where an invited colleague says who he is. */
export function InvitePage() {
  const navigate = useNavigate()
  const [token] = useState(tokenOfLink)
  const [failure, setFailure] = useState<string>()
  const form = useForm({
    initialValues: { name: '', password: '' },
    validate: { name: required, password: newPassword },
  })
  if (!token) {
    return (
      <EntranceCard title={text.entrance.noTokenTitle} hint={text.entrance.inviteNoToken}>
        <Anchor href="/sign-in">{text.entrance.signIn}</Anchor>
      </EntranceCard>
    )
  }
  const join = async ({ name, password }: typeof form.values) => {
    setFailure(undefined)
    try {
      const me = await api.acceptInvite({ token, name: name.trim(), password })
      queryClient.clear()
      queryClient.setQueryData(sessionQuery.queryKey, me)
      await navigate({ to: '/', replace: true })
    } catch (error) {
      if (error instanceof ProblemError) form.setErrors(fieldErrors(error))
      setFailure(
        isProblem(error, 'invalid-token')
          ? text.entrance.inviteDead
          : error instanceof Error
            ? error.message
            : '',
      )
    }
  }
  return (
    <EntranceCard title={text.entrance.inviteTitle} hint={text.entrance.inviteHint}>
      <form onSubmit={form.onSubmit((values) => join(values))} noValidate>
        <Stack gap="md">
          {failure && <FormError>{failure}</FormError>}
          <TextInput
            autoFocus
            size="md"
            label={text.entrance.name}
            autoComplete="name"
            {...form.getInputProps('name')}
          />
          <PasswordInput
            size="md"
            label={text.entrance.newPassword}
            description={text.entrance.passwordRule}
            autoComplete="new-password"
            {...form.getInputProps('password')}
          />
          <Button type="submit" size="md" loading={form.submitting} fullWidth>
            {text.entrance.join}
          </Button>
        </Stack>
      </form>
    </EntranceCard>
  )
}
