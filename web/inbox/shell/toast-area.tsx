import '@mantine/notifications/styles.layer.css'
import { Notifications } from '@mantine/notifications'

const MOST = 4

/** Where toasts appear; loaded after the first screen stands. */
export const ToastArea = () => <Notifications position="bottom-right" limit={MOST} />
