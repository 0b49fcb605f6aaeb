import { Menu, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { IconCheck, IconLogout, IconUserCircle } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Availability } from '../../../src/domain/agent.ts'
import { AVAILABILITIES } from '../../shared/wire-values.ts'
import { stopConnection } from '../data/agent-connection.ts'
import { api, queryClient } from '../data/client.ts'
import { sessionQuery, useMe } from '../data/queries.ts'
import { Avatar, PresenceDot } from '../parts/avatar.tsx'
import { text } from '../text/text.ts'
import css from './account-menu.module.css'
import { tellError } from './toasts.ts'

/** Says how one is available from now on. */
export function useAvailability() {
  return useMutation({
    mutationFn: (availability: Availability) => api.setAvailability({ availability }),
    onSuccess: (me) => {
      queryClient.setQueryData(sessionQuery.queryKey, me)
      void queryClient.invalidateQueries({ queryKey: ['agents'] })
    },
    onError: tellError,
  })
}

/** Ends the session and forgets all that was read. */
export async function signOut(): Promise<void> {
  try {
    await api.signOut()
  } catch (error) {
    tellError(error)
    return
  }
  stopConnection()
  queryClient.clear()
  window.location.assign('/sign-in')
}

/** One's own picture: availability, profile, appearance, the way out. */
export function AccountMenu() {
  const me = useMe()
  const availability = useAvailability()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Menu position="right-end" width={264} trapFocus>
      <Menu.Target>
        <button type="button" className={css['trigger']} aria-label={`${text.navigation.menu}: ${me.name}, ${text.availability[me.availability]}`}>
          <Avatar name={me.name} size={36} dot={me.availability} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={css['who']}>
          <p className={css['name']}>{me.name}</p>
          <p className={css['email']}>{me.email}</p>
        </div>
        <Menu.Divider />
        <Menu.Label>{text.availability.label}</Menu.Label>
        {AVAILABILITIES.map((choice) => (
          <Menu.Item
            key={choice}
            onClick={() => availability.mutate(choice)}
            leftSection={<PresenceDot state={choice} />}
            rightSection={me.availability === choice ? <IconCheck size={16} aria-label={text.general.you} /> : null}
            aria-current={me.availability === choice ? 'true' : undefined}
          >
            <span className={css['choice']}>{text.availability[choice]}</span>
            <span className={css['hint']}>{text.availability.hints[choice]}</span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to="/settings/profile" leftSection={<IconUserCircle size={16} />}>
          {text.navigation.profile}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {text.navigation.signOut}
        </Menu.Item>
        <Menu.Divider />
        <div className={css['scheme']}>
          <SegmentedControl
            fullWidth
            aria-label={text.navigation.appearance}
            value={colorScheme}
            onChange={(value) => setColorScheme(value === 'light' || value === 'dark' ? value : 'auto')}
            data={[
              { value: 'light', label: text.appearance.light },
              { value: 'dark', label: text.appearance.dark },
              { value: 'auto', label: text.appearance.auto },
            ]}
          />
        </div>
      </Menu.Dropdown>
    </Menu>
  )
}
