import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { isProblem, ProblemError } from '../../shared/problem.ts'
import { api, queryClient } from '../data/client.ts'
import { sessionQuery } from '../data/queries.ts'
import { text } from '../text/text.ts'
import { EntranceCard } from './entrance-card.tsx'
import { emailAddress, fieldErrors, newPassword, required, tokenOfLink } from './fields.ts'
import { FormError } from './notice.tsx'
import { WhatNow } from './what-now.tsx'

/** The first page of an installation: makes the owner, then says what to do next. */
export function SetUpPage() {
  const [token] = useState(tokenOfLink)
  const [done, setDone] = useState(false)
  const [failure, setFailure] = useState<string>()
  const setUp = useQuery({ queryKey: ['set-up'], queryFn: api.setUpNeeded, enabled: !done })
  const form = useForm({
    initialValues: { workspaceName: '', name: '', email: '', password: '' },
    validate: { workspaceName: required, name: required, email: emailAddress, password: newPassword },
  })
  if (done) return <WhatNow />
  if (setUp.data?.needed === false) {
    return (
      <EntranceCard title={text.entrance.setUpDoneTitle} hint={text.entrance.setUpDone}>
        <Button component="a" href="/sign-in">
          {text.entrance.signIn}
        </Button>
      </EntranceCard>
    )
  }
  if (!token) {
    return (
      <EntranceCard title={text.entrance.noTokenTitle} hint={text.entrance.setUpNoToken}>
        <Anchor href="/sign-in">{text.entrance.signIn}</Anchor>
      </EntranceCard>
    )
  }
  const create = async (values: typeof form.values) => {
    setFailure(undefined)
    try {
      const me = await api.setUp({
        token,
        workspaceName: values.workspaceName.trim(),
        name: values.name.trim(),
        email: values.email.trim(),
        password: values.password,
      })
      queryClient.setQueryData(sessionQuery.queryKey, me)
      // The link is used up: nobody needs it in the history.
      window.history.replaceState(window.history.state, '', window.location.pathname)
      setDone(true)
    } catch (error) {
      if (error instanceof ProblemError) form.setErrors(fieldErrors(error))
      setFailure(
        isProblem(error, 'set-up-done')
          ? text.entrance.setUpDone
          : error instanceof Error
            ? error.message
            : '',
      )
    }
  }
  return (
    <EntranceCard title={text.entrance.setUpTitle} hint={text.entrance.setUpHint}>
      <form onSubmit={form.onSubmit((values) => create(values))} noValidate>
        <Stack gap="md">
          {failure && <FormError>{failure}</FormError>}
          <TextInput
            autoFocus
            size="md"
            label={text.entrance.workspaceName}
            placeholder={text.entrance.workspacePlaceholder}
            autoComplete="organization"
            {...form.getInputProps('workspaceName')}
          />
          <TextInput
            size="md"
            label={text.entrance.name}
            autoComplete="name"
            {...form.getInputProps('name')}
          />
          <TextInput
            size="md"
            type="email"
            label={text.entrance.email}
            autoComplete="username"
            {...form.getInputProps('email')}
          />
          <PasswordInput
            size="md"
            label={text.entrance.newPassword}
            description={text.entrance.passwordRule}
            autoComplete="new-password"
            {...form.getInputProps('password')}
          />
          <Button type="submit" size="md" loading={form.submitting} fullWidth>
            {text.entrance.createWorkspace}
          </Button>
        </Stack>
      </form>
    </EntranceCard>
  )
}
